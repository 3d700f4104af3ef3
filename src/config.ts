import { join, resolve } from 'node:path';
import { type AwsSignInSource, readAwsSignIn, readEndpoints } from './config/aws-settings.ts';
import { readAllowList, readPackageNames, readProxies, readTokenId } from './config/list-settings.ts';
import { readPositVersion } from './config/posit-version.ts';
import { SETTINGS, type SettingName } from './config/settings.ts';
import { nearestName } from './domain/errors/nearest-name.ts';
import { StartupError } from './domain/errors/startup-error.ts';
import { type ManagerSettings, readManagerSettings } from './secrets/settings.ts';

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly masterKeyFile: string;
  /** The embedded store's own key file may be made; one that was named must exist. */
  readonly createMasterKey: boolean;
  readonly egressAllow: readonly string[];
  readonly aws: {
    /** Null where the gateway has no identity of its own. */
    readonly signIn: AwsSignInSource | null;
    /** By the names that signatures give services. */
    readonly endpoints: Readonly<Record<string, string>>;
  };
  /** How the gateway signs in to outside managers of secrets. */
  readonly managers: ManagerSettings;
  /** Names of the npm packages that bring further kinds. */
  readonly connectors: readonly string[];
  /** Id of the API token of clients that send none. */
  readonly lerian: { readonly anonymous: string | null };
  /** The version as Posit writes it: year, month and number. */
  readonly posit: { readonly version: string };
  readonly heldJobMs: number;
  readonly changeTtlMs: number;
  readonly leaseTtlMs: number;
  readonly openChanges: number;
  readonly retention: {
    readonly leasesMs: number;
    readonly changesMs: number;
    readonly validationsMs: number;
    readonly sessionsMs: number;
    readonly eventsMs: number;
  };
  readonly tokenRequestsPerSecond: number;
  readonly connectionsPerAddress: number;
  /** An origin; null where it is told from requests. */
  readonly publicUrl: string | null;
  readonly atlas: { readonly perMinute: number; readonly burst: number };
  /** Files of the certificate that HTTPS is served with; null for plain HTTP. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | null;
  readonly trustedProxies: readonly string[];
  readonly validationsAtOnce: number;
  readonly validationsPerMinute: number;
  readonly auditAnchorFile: string | null;
  readonly logLevel: string;
  /** A variable that a secret reference may name; read when asked for, so that no copy is kept here. */
  readonly secretVariable: (name: string) => string | undefined;
  /** Variables that look like settings and are none, with the setting that each may have been meant to be. */
  readonly unknown: readonly { readonly name: string; readonly nearest: SettingName | null }[];
  readonly remote: { readonly url: string; readonly token: string } | null;
}

/** Reads the environment once. Throws StartupError naming the setting, never its value. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const read = (name: SettingName) => {
    const given = environment[name];
    return given === undefined || given === '' ? SETTINGS[name].default : given;
  };
  const number = (name: SettingName, least: number, most: number) => {
    const value = Number(read(name));
    if (!Number.isInteger(value) || value < least || value > most)
      throw new StartupError(`${name} must be a whole number from ${least} to ${most}.`);
    return value;
  };
  const days = (name: SettingName) => number(name, 1, 3650) * 24 * 60 * 60 * 1000;
  const dataDir = resolve(read('CHANGEOVER_DATA_DIR'));
  const databaseUrl = read('CHANGEOVER_DATABASE_URL') || null;
  const keyFile = read('CHANGEOVER_MASTER_KEY_FILE');
  if (databaseUrl !== null && keyFile === '')
    throw new StartupError('CHANGEOVER_MASTER_KEY_FILE must be set with CHANGEOVER_DATABASE_URL: replicas share one key.');
  const [certFile, tlsKeyFile] = [read('CHANGEOVER_TLS_CERT_FILE'), read('CHANGEOVER_TLS_KEY_FILE')];
  if ((certFile === '') !== (tlsKeyFile === ''))
    throw new StartupError(
      'CHANGEOVER_TLS_CERT_FILE and CHANGEOVER_TLS_KEY_FILE must be set together; without both, plain HTTP is served.',
    );
  const logLevel = read('CHANGEOVER_LOG_LEVEL');
  if (!['fatal', 'error', 'warn', 'info', 'debug', 'silent'].includes(logLevel))
    throw new StartupError('CHANGEOVER_LOG_LEVEL must be fatal, error, warn, info, debug or silent.');
  return Object.freeze({
    port: number('PORT', 0, 65_535),
    host: read('HOST'),
    dataDir,
    databaseUrl,
    masterKeyFile: keyFile === '' ? join(dataDir, 'master.key') : resolve(keyFile),
    createMasterKey: keyFile === '',
    egressAllow: readAllowList(read('CHANGEOVER_EGRESS_ALLOW')),
    aws: {
      signIn: readAwsSignIn({
        keyFile: read('CHANGEOVER_AWS_KEY_FILE'),
        roleArn: read('CHANGEOVER_AWS_ROLE_ARN'),
        tokenFile: read('CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE'),
      }),
      endpoints: readEndpoints(read('CHANGEOVER_AWS_ENDPOINTS')),
    },
    managers: readManagerSettings(read),
    connectors: readPackageNames(read('CHANGEOVER_CONNECTORS')),
    lerian: { anonymous: readTokenId(read('CHANGEOVER_LERIAN_ANONYMOUS')) },
    posit: { version: readPositVersion(read('CHANGEOVER_POSIT_VERSION')) },
    heldJobMs: number('CHANGEOVER_LERIAN_JOB_SECONDS', 1, 86_400) * 1000,
    changeTtlMs: number('CHANGEOVER_CHANGE_TTL_SECONDS', 60, 86_400) * 1000,
    leaseTtlMs: number('CHANGEOVER_LEASE_TTL_SECONDS', 1, 86_400) * 1000,
    openChanges: number('CHANGEOVER_OPEN_CHANGES', 1, 1000),
    retention: {
      leasesMs: days('CHANGEOVER_KEEP_LEASES_DAYS'),
      changesMs: days('CHANGEOVER_KEEP_CHANGES_DAYS'),
      validationsMs: days('CHANGEOVER_KEEP_VALIDATIONS_DAYS'),
      sessionsMs: days('CHANGEOVER_KEEP_SESSIONS_DAYS'),
      eventsMs: days('CHANGEOVER_KEEP_EVENTS_DAYS'),
    },
    tokenRequestsPerSecond: number('CHANGEOVER_TOKEN_REQUESTS_PER_SECOND', 1, 1_000_000),
    connectionsPerAddress: number('CHANGEOVER_CONNECTIONS_PER_ADDRESS', 1, 2000),
    publicUrl: readPublicUrl(read('CHANGEOVER_PUBLIC_URL')),
    atlas: {
      perMinute: number('CHANGEOVER_ATLAS_REQUESTS_PER_MINUTE', 1, 1_000_000),
      burst: number('CHANGEOVER_ATLAS_REQUESTS_AT_ONCE', 1, 1_000_000),
    },
    certificate: certFile === '' ? null : { certFile: resolve(certFile), keyFile: resolve(tlsKeyFile) },
    trustedProxies: readProxies(read('CHANGEOVER_TRUST_PROXY')),
    validationsAtOnce: number('CHANGEOVER_VALIDATIONS_AT_ONCE', 1, 256),
    validationsPerMinute: number('CHANGEOVER_VALIDATIONS_PER_MINUTE', 1, 100_000),
    auditAnchorFile: read('CHANGEOVER_AUDIT_ANCHOR_FILE') || null,
    logLevel,
    secretVariable: (name) => (/^(MCD_|CHANGEOVER_SECRET_)/.test(name) ? environment[name] : undefined),
    unknown: unknownSettings(Object.keys(environment)),
    remote: read('CHANGEOVER_URL') === '' ? null : { url: read('CHANGEOVER_URL'), token: read('CHANGEOVER_TOKEN') },
  });
}

const PREFIX = 'CHANGEOVER_';

/** Misspelt ones would else be ignored without a word. Those of secrets and of the tests are others' to name. */
function unknownSettings(names: readonly string[]): Config['unknown'] {
  const known = Object.keys(SETTINGS) as SettingName[];
  const prefixed = known.filter((name) => name.startsWith(PREFIX));
  return names
    .filter((name) => /^CHANGEOVER_(?!SECRET_|TEST_)\w+$/i.test(name) && !(known as readonly string[]).includes(name))
    .map((name) => ({ name: name.slice(0, 64), nearest: nearestName(name.toUpperCase(), prefixed, PREFIX) }));
}

/** What `changeover run` passes on to a job: all but the token that would lease it more. */
export function environmentOfJob(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string | undefined> {
  const { CHANGEOVER_TOKEN: _token, ...rest } = environment;
  return rest;
}

/** The dialects stand at the root of their origin, so there is no path. */
function readPublicUrl(text: string): string | null {
  if (text === '') return null;
  const { protocol, origin, pathname, search, hash, username } = URL.canParse(text) ? new URL(text) : new URL('none:');
  if (/^https?:$/.test(protocol) && pathname === '/' && search === '' && hash === '' && username === '') return origin;
  throw new StartupError('CHANGEOVER_PUBLIC_URL must be an http or https URL without a path.');
}
