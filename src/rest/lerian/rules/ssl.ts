import { isPlainObject } from '../../../domain/connection/details/details.ts';
import { readMembers, wrongType } from './members.ts';
import type { Type } from './types.ts';

/** What a caller says of TLS; null where a member is not said. */
export interface GivenSsl {
  readonly mode: string | null;
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** TLS options as kinds of databases have them. */
export type TlsDetails = Readonly<Record<string, unknown>>;

type Flags = Readonly<Record<string, true>>;

const OFF: Flags = { disabled: true };
/** TLS where the server offers it, unverified. */
const PREFERRED: Flags = { preferred: true };
const UNVERIFIED: Flags = { skipCertVerification: true };
const CHAIN: Flags = { verifyCert: true };
const WHOLE: Flags = { verifyIdentity: true };

/**
 * What each mode of a type means, in the vendor's drivers' own words. Oracle's driver here verifies certificates always, so its
 * `skip-verify` is stricter than it says.
 */
export const MODES = {
  MYSQL: { false: OFF, true: WHOLE, 'skip-verify': UNVERIFIED, preferred: PREFERRED },
  POSTGRESQL: { disable: OFF, allow: PREFERRED, prefer: PREFERRED, require: UNVERIFIED, 'verify-ca': CHAIN, 'verify-full': WHOLE },
  ORACLE: { disable: OFF, false: OFF, true: CHAIN, enable: CHAIN, verify: WHOLE, 'skip-verify': CHAIN },
  MONGODB: { disable: OFF, false: OFF, true: WHOLE, enable: WHOLE, insecure: UNVERIFIED },
  SQL_SERVER: { disable: OFF, false: PREFERRED, true: WHOLE, strict: WHOLE },
} as const satisfies Readonly<Record<Type, Readonly<Record<string, Flags>>>>;

const MEMBERS = ['mode', 'ca', 'cert', 'key'];
const FLAGS = ['disabled', 'preferred', 'skipCertVerification', 'verifyCert', 'verifyIdentity'];

export function modesOf(type: Type): readonly string[] {
  return Object.keys(MODES[type]);
}

export function isModeOf(type: Type, mode: string): boolean {
  return Object.hasOwn(MODES[type], mode);
}

/** Without TLS there is no authority to know, so a certificate of one may be left out. */
export function needsCa(mode: string): boolean {
  return mode !== 'disable' && mode !== 'false';
}

/** Null where nothing of it is said: the member is absent or null, or an object that says nothing. */
export function readSsl(given: unknown): { readonly ssl: GivenSsl | null; readonly ignored: readonly string[] } {
  if (given === undefined || given === null) return { ssl: null, ignored: [] };
  if (!isPlainObject(given)) throw wrongType('ssl', 'an object');
  const { known, ignored } = readMembers(given, MEMBERS, 'ssl.');
  const member = (name: string): string | null => {
    const value = known[name] ?? null;
    if (value !== null && typeof value !== 'string') throw wrongType(`ssl.${name}`, 'a string');
    return value;
  };
  const ssl = { mode: member('mode'), ca: member('ca'), cert: member('cert'), key: member('key') };
  return { ssl: Object.values(ssl).every((value) => value === null) ? null : ssl, ignored };
}

/** TLS as a connection has it: the mode as its clients call it, and whether an authority is stored with it. */
export interface StoredSsl {
  readonly mode: string;
  readonly hasCa: boolean;
}

/** What a patch makes of it. */
export interface MergedSsl extends StoredSsl {
  /** Members of TLS options that change: null clears, what is absent stays. */
  readonly changes: TlsDetails;
}

/**
 * `mode` alone keeps the certificates that are stored, which the vendor's clients could not give again since they are never returned; with
 * any of them the block is replaced whole. Members without `mode` replace what is stored member by member.
 */
export function mergeSsl({ type, host }: Place, stored: StoredSsl | null, given: GivenSsl): MergedSsl {
  const { ca, cert, key } = given;
  // Without one, the whole connection is told to lack it, with whatever else it lacks.
  const mode = given.mode ?? stored?.mode ?? '';
  const said = {
    ...(ca === null ? {} : { caData: ca.trim() === '' ? null : pemOf(ca) }),
    ...(cert === null ? {} : { certData: cert.trim() === '' ? null : pemOf(cert) }),
    ...(key === null ? {} : { keyData: key === '' ? null : key }),
  };
  const isReplaced = given.mode !== null && (stored === null || ca !== null || cert !== null || key !== null);
  const before = isReplaced ? { caData: null, certData: null, keyData: null, keyPassword: null } : {};
  const hasCa = 'caData' in said ? said.caData !== null : !isReplaced && stored?.hasCa === true;
  return { mode, hasCa, changes: { ...before, ...said, ...flagsOf({ type, host }, mode) } };
}

/** What a mode depends on besides itself. */
export interface Place {
  readonly type: Type;
  readonly host: string;
}

/** How strictly a mode holds the other side to its certificate, with whatever was said before taken back. A mode that the type does not have says nothing. */
export function flagsOf(place: Place, mode: string): TlsDetails {
  return { ...Object.fromEntries(FLAGS.map((name) => [name, null])), ...meaningOf(place, mode) };
}

/**
 * MySQL's driver compares a certificate with names alone: for an address the authority has to be right, which is always given with this
 * mode, and nothing in the certificate is held against the address.
 */
function meaningOf({ type, host }: Place, mode: string): Flags {
  const flags: Readonly<Record<string, Flags>> = MODES[type];
  const meaning = Object.hasOwn(flags, mode) ? (flags[mode] ?? {}) : {};
  return type === 'MYSQL' && meaning === WHOLE && /^[\d.]+$|:/.test(host) ? CHAIN : meaning;
}

/**
 * The mode of TLS options that are stored: the one that was given, as long as it still means them, or the first that does. Null where there
 * are none, or where the type has no word for them.
 */
export function modeOf(place: Place, tls: TlsDetails | undefined, given: unknown): string | null {
  if (tls === undefined) return null;
  const meant = strictnessOf(tls);
  const modes = modesOf(place.type).filter((mode) => strictnessOf(meaningOf(place, mode)) === meant);
  return modes.find((mode) => mode === given) ?? modes[0] ?? null;
}

/** The flag that decides; of options without one a certificate of an authority turns verification on. */
function strictnessOf(tls: TlsDetails): string {
  return FLAGS.find((flag) => tls[flag] === true) ?? (tls.caData === undefined ? 'skipCertVerification' : 'verifyCert');
}

/** A certificate is kept as PEM. What comes without its armour is taken for what would stand inside. */
function pemOf(text: string): string {
  const body = text.trim();
  if (body === '' || body.includes('-----BEGIN')) return text.trim();
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
}
