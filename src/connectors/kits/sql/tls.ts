import { z } from 'zod';
import type { HttpTls } from '../../../domain/connector/egress.ts';
import { type EndpointPart, type FieldNames, group, secret, setting } from '../../../domain/connector/field.ts';
import { secretText } from '../../../domain/connector/field-types.ts';
import type { OlderForm } from '../../../domain/connector/lead.ts';
import { badRequest } from '../../../domain/errors/errors.ts';

const pem = () =>
  z
    .string()
    .min(1)
    .max(65_536)
    .refine((value) => value.isWellFormed() && value.includes('-----BEGIN'), 'must be a PEM block, by value');
const flag = () => z.boolean().optional();

const members = {
  caData: setting(pem().optional(), {
    description: "PEM of the certificate authority that signed the server's certificate; turns verification on.",
  }),
  certData: setting(pem().optional(), { description: 'PEM of the client certificate.' }),
  keyData: secret(secretText().optional(), { description: "PEM of the client certificate's key." }),
  keyPassword: secret(secretText().optional(), { description: 'Passphrase of the key.' }),
  disabled: setting(flag(), { description: 'Speak without TLS.' }),
  preferred: setting(flag(), { description: 'Use TLS where the server offers it, without checking who answers, whatever else is given.' }),
  verifyCert: setting(flag(), { description: "Check that the server's certificate is signed by a trusted authority." }),
  verifyIdentity: setting(flag(), { description: 'Check that the certificate is for the host that is dialled, too.' }),
  skipCertVerification: setting(flag(), { description: 'Use TLS without checking who answers.' }),
};

export type TlsOptions = z.output<z.ZodObject<typeof members>>;

/** off < preferred (used where offered, unverified) < required < verified chain < verified chain and host name. */
export type TlsStrictness = 0 | 1 | 2 | 3 | 4;

export function tlsStrictness(options: TlsOptions | undefined): TlsStrictness {
  if (options === undefined) return 1;
  if (options.disabled === true) return 0;
  if (options.preferred === true) return 1;
  if (options.skipCertVerification === true) return 2;
  if (options.verifyIdentity === true) return 4;
  if (options.verifyCert === true || options.caData !== undefined) return 3;
  return 2;
}

/** How well a connection is protected, as a session says it of itself. */
export type Protection = 'verified' | 'unverified' | 'none';

/** A server that wants the password readable, or as an unsalted digest, over a connection that anybody may read. */
export class WeakLoginError extends Error {}

/** The server was asked for TLS and has none. */
export class NoTlsError extends Error {}

/** Opens with TLS as strictly as is asked for; where it is only preferred and `open` throws NoTlsError, without. */
export async function openWithTls<T>(
  options: TlsOptions | undefined,
  open: (encrypt: boolean) => Promise<T>,
): Promise<{ readonly opened: T; readonly protection: Protection }> {
  const strictness = tlsStrictness(options);
  if (strictness > 0) {
    try {
      return { opened: await open(true), protection: strictness >= 3 ? 'verified' : 'unverified' };
    } catch (error) {
      if (strictness > 1 || !(error instanceof NoTlsError)) throw error;
    }
  }
  return { opened: await open(false), protection: 'none' };
}

/** Authority, certificate and key as Node's TLS takes them, and whether they have to hold. */
export function nodeTls(options: TlsOptions | undefined) {
  return {
    ...(options?.caData === undefined ? {} : { ca: options.caData }),
    ...(options?.certData === undefined ? {} : { cert: options.certData }),
    ...(options?.keyData === undefined ? {} : { key: options.keyData }),
    ...(options?.keyPassword === undefined ? {} : { passphrase: options.keyPassword }),
    rejectUnauthorized: tlsStrictness(options) >= 3,
  };
}

/** libpq's modes. `prefer` and `allow` are what absent options mean; a mode that is none is left for the parser to refuse. */
function readSslMode(mode: unknown): unknown {
  const options: Readonly<Record<string, TlsOptions | null>> = {
    disable: { disabled: true },
    allow: null,
    prefer: null,
    require: { skipCertVerification: true },
    'verify-ca': { verifyCert: true },
    'verify-full': { verifyIdentity: true },
  };
  const name = typeof mode === 'string' ? mode.toLowerCase().replaceAll('_', '-') : '';
  return Object.hasOwn(options, name) ? options[name] : mode;
}

/** How strict, and the authority that is pinned, of a part of the endpoint as `tls` makes it. */
function readPart(part: EndpointPart): readonly [number, string] {
  const [strictness = '', ...authority] = String(part).split(' ');
  return [Number(strictness), authority.join(' ')];
}

/** The lead API's older `SslInputOptions`. Its clients also say that TLS is disabled, though its schema does not have that. */
const OLDER: OlderForm = {
  name: 'SslInputOptions',
  fields: {
    ca: { type: 'String' },
    caData: { type: 'String' },
    cert: { type: 'String' },
    key: { type: 'String' },
    mechanism: { type: 'String' },
    skipVerification: { type: 'Boolean' },
    disabled: { type: 'Boolean' },
  },
  read({ ca, caData, cert, key, mechanism, skipVerification, disabled }) {
    if (mechanism != null)
      throw badRequest('sslOptions.mechanism', 'Certificates are given by value, as PEM in caData, cert and key; leave mechanism out.');
    return { caData: caData ?? ca, certData: cert, keyData: key, skipCertVerification: skipVerification, disabled };
  },
};

type TlsNames = Pick<FieldNames, 'leadUpdateType'>;

/** The lead API's `sslOptions`: one field, replaced whole. Absent means TLS where the server offers it, unverified, with a warning. */
export function tls(names: TlsNames = {}) {
  return tlsField(tlsStrictness, 'How the connection is protected.', names);
}

/** The same where TLS is verified unless it says otherwise, as over https. */
export function verifiedTls(names: TlsNames = {}) {
  return tlsField(
    verifiedStrictness,
    'How the connection is protected: certificate and host name are verified unless this says otherwise.',
    names,
  );
}

function verifiedStrictness(options: TlsOptions | undefined): TlsStrictness {
  if (options?.disabled === true) return 0;
  if (options?.skipCertVerification === true || options?.verifyCert === false) return 2;
  return options?.verifyIdentity === false ? 3 : 4;
}

/** Options of an https request, and how well it is protected. */
export function httpsTls(options: TlsOptions | undefined): HttpTls {
  const { rejectUnauthorized: _, ...materials } = nodeTls(options);
  const strictness = verifiedStrictness(options);
  return { ...materials, rejectUnauthorized: strictness > 2, verifyIdentity: strictness === 4 };
}

export function httpsProtection(options: TlsOptions | undefined): Protection {
  const strictness = verifiedStrictness(options);
  return strictness === 0 ? 'none' : strictness > 2 ? 'verified' : 'unverified';
}

function tlsField(strictnessOf: (options: TlsOptions | undefined) => TlsStrictness, description: string, names: TlsNames) {
  return group(members, {
    title: 'TLS',
    names: {
      lead: 'sslOptions',
      snake: 'ssl_options',
      leadType: 'SslOptions',
      leadUpdateType: 'SslUpdateOptions',
      leadOlder: OLDER,
      selfHosted: { ssl_mode: readSslMode, sslmode: readSslMode },
      ...names,
    },
    description,
    endpoint: {
      part: (value) => `${strictnessOf(value)}${value?.caData === undefined ? '' : ` ${value.caData.trim()}`}`,
      // A pinned authority that is replaced or taken away lets somebody else answer; one that is added does not.
      stricter: (before, after) => {
        const [[from, pinned], [to, named]] = [readPart(before), readPart(after)];
        return to >= from && (pinned === '' || pinned === named);
      },
    },
  });
}
