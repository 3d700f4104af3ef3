import { join, resolve } from 'node:path';
import { ROLE_ARN } from './domain/aws/gateway-aws.ts';
import { nearestName } from './domain/errors/nearest-name.ts';
import { StartupError } from './domain/errors/startup-error.ts';
import { isNetwork, parseAllowList } from './egress/address-policy.ts';
import { MANAGER_SETTINGS, type ManagerSettings, readManagerSettings } from './secrets/settings.ts';

/** Every setting: an environment variable, its default and what it does. The reference page is made of this table. */
export const SETTINGS = {
  PORT: { default: '4000', description: 'TCP port of the HTTP listener; 0 takes a free one.' },
  HOST: { default: '127.0.0.1', description: 'Address of the HTTP listener.' },
  CHANGEOVER_DATA_DIR: {
    default: './data',
    description: 'Folder of the embedded store, the master key, the first owner token and the control socket.',
  },
  CHANGEOVER_DATABASE_URL: {
    default: '',
    description:
      'postgres://user:password@host:port/database?sslmode=verify-full|require|disable: PostgreSQL instead of the embedded store. Without sslmode it is verify-full, and disable on loopback.',
  },
  CHANGEOVER_MASTER_KEY_FILE: {
    default: '',
    description:
      'File of the master key: 64 hex digits or 32 bytes, mode 0600. On the embedded store it is made in the data directory when absent.',
  },
  CHANGEOVER_EGRESS_ALLOW: {
    default: '',
    description:
      'CIDRs and host names, separated by commas, that validators may dial besides public addresses; `loopback` for local trials.',
  },
  CHANGEOVER_AWS_KEY_FILE: {
    default: '',
    description:
      "The gateway's own AWS identity, which may do what the operator grants projects with `changeover aws-role grant` and `changeover secret grant --provider aws`: a file, mode 0600, with AccessKeyId and SecretAccessKey as JSON.",
  },
  CHANGEOVER_AWS_ROLE_ARN: {
    default: '',
    description:
      'The same by a web identity in place of a key: the role that the token stands for; with CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE.',
  },
  CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE: {
    default: '',
    description:
      'File of the OpenID Connect token that is exchanged for the role of CHANGEOVER_AWS_ROLE_ARN; read anew whenever it is used.',
  },
  CHANGEOVER_AWS_ENDPOINTS: {
    default: '',
    description:
      "Where AWS's services answer the gateway's own identity when not at their public addresses: `sts=https://...`, separated by commas, with the names that signatures have.",
  },
  ...MANAGER_SETTINGS,
  CHANGEOVER_CONNECTORS: {
    default: '',
    description: 'Names of npm packages, separated by commas, that bring further kinds; installed beside Changeover.',
  },
  CHANGEOVER_CHANGE_TTL_SECONDS: { default: '3600', description: 'How long a staged change stays open: 60 to 86400.' },
  CHANGEOVER_LEASE_TTL_SECONDS: { default: '3600', description: 'How long a lease lasts unless the job asks: 1 to 86400.' },
  CHANGEOVER_OPEN_CHANGES: {
    default: '100',
    description:
      'Staged changes that one connection may have open: 1 to 1000. One token may have ten times as many of connections that it creates.',
  },
  CHANGEOVER_KEEP_LEASES_DAYS: {
    default: '30',
    description: 'How long leases are kept after their longest time has passed: 1 to 3650 days.',
  },
  CHANGEOVER_KEEP_CHANGES_DAYS: {
    default: '30',
    description: 'How long changes are kept that were committed or discarded: 1 to 3650 days. Their versions stay.',
  },
  CHANGEOVER_KEEP_VALIDATIONS_DAYS: {
    default: '30',
    description: 'How long results of validations are kept, the last ones of each version aside: 1 to 3650 days.',
  },
  CHANGEOVER_KEEP_SESSIONS_DAYS: {
    default: '7',
    description: 'How long sessions of the explorer are kept after they have expired: 1 to 3650 days.',
  },
  CHANGEOVER_KEEP_EVENTS_DAYS: { default: '7', description: 'How long events are kept: 1 to 3650 days.' },
  CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: {
    default: '500',
    description: 'Requests a second that one token may send, twice that at once after a pause: 1 to 1000000.',
  },
  CHANGEOVER_CONNECTIONS_PER_ADDRESS: {
    default: '100',
    description: 'TCP connections that one client address may have open, those of trusted proxies aside: 1 to 2000.',
  },
  CHANGEOVER_TRUST_PROXY: {
    default: '',
    description:
      'CIDRs of the proxies, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed. Without it these headers mean nothing.',
  },
  CHANGEOVER_VALIDATIONS_AT_ONCE: {
    default: '16',
    description:
      'Validators that run at the same time, half of them for one project, and one in eight for what commits wait for: 1 to 256.',
  },
  CHANGEOVER_VALIDATIONS_PER_MINUTE: {
    default: '600',
    description: 'Validators that one project may start in a minute, what commits wait for counted apart: 1 to 100000.',
  },
  CHANGEOVER_AUDIT_ANCHOR_FILE: {
    default: '',
    description: "File to which the head of the audit chain is appended every 60 s; keep it where the store's administrator cannot write.",
  },
  CHANGEOVER_LOG_LEVEL: {
    default: 'info',
    description: 'From which level on lines are written to standard error: fatal, error, warn, info, debug or silent.',
  },
  CHANGEOVER_URL: { default: '', description: 'CLI: work on the gateway at this address, with CHANGEOVER_TOKEN.' },
  CHANGEOVER_TOKEN: { default: '', description: 'CLI: the token for CHANGEOVER_URL.' },
} as const satisfies Record<string, { default: string; description: string }>;

export type SettingName = keyof typeof SETTINGS;

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
    /** Where the gateway's own identity is read from; null where it has none. */
    readonly signIn:
      | { readonly by: 'key'; readonly file: string }
      | { readonly by: 'web-identity'; readonly roleArn: string; readonly file: string }
      | null;
    /** By the names that signatures give services. */
    readonly endpoints: Readonly<Record<string, string>>;
  };
  /** How the gateway signs in to outside managers of secrets. */
  readonly managers: ManagerSettings;
  /** Names of the npm packages that bring further kinds. */
  readonly connectors: readonly string[];
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

/** Misspelt ones would else be ignored without a word. Those of secrets and of the tests are others' to name. */
function unknownSettings(names: readonly string[]): Config['unknown'] {
  const known = Object.keys(SETTINGS) as SettingName[];
  return names
    .filter((name) => /^CHANGEOVER_(?!SECRET_|TEST_)\w+$/i.test(name) && !(known as readonly string[]).includes(name))
    .map((name) => ({ name: name.slice(0, 64), nearest: nearestName(name.toUpperCase(), known) }));
}

/** What `changeover run` passes on to a job: all but the token that would lease it more. */
export function environmentOfJob(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string | undefined> {
  const { CHANGEOVER_TOKEN: _token, ...rest } = environment;
  return rest;
}

function readAllowList(text: string): readonly string[] {
  try {
    return parseAllowList(text);
  } catch {
    throw new StartupError('CHANGEOVER_EGRESS_ALLOW must hold CIDRs, host names or the word "loopback", separated by commas.');
  }
}

interface GivenAws {
  readonly keyFile: string;
  readonly roleArn: string;
  readonly tokenFile: string;
}

/** One identity: of two it would be anybody's guess which one signs. */
function readAwsSignIn({ keyFile, roleArn, tokenFile }: GivenAws): Config['aws']['signIn'] {
  if ((roleArn === '') !== (tokenFile === ''))
    throw new StartupError('CHANGEOVER_AWS_ROLE_ARN and CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE must be set together.');
  if (keyFile !== '' && tokenFile !== '')
    throw new StartupError('CHANGEOVER_AWS_KEY_FILE and CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE are two identities: set one of them.');
  if (keyFile !== '') return { by: 'key', file: resolve(keyFile) };
  if (tokenFile === '') return null;
  if (!ROLE_ARN.test(roleArn)) throw new StartupError('CHANGEOVER_AWS_ROLE_ARN must be the ARN of a role.');
  return { by: 'web-identity', roleArn, file: resolve(tokenFile) };
}

/** Plain http is taken for this machine alone, where trials and tests run. */
function readEndpoints(text: string): Readonly<Record<string, string>> {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => /^([a-z0-9-]+)=(https?:\/\/[^?#@\s]+)$/.exec(entry));
  return Object.fromEntries(
    entries.map((match) => {
      const [, service = '', url = ''] = match ?? [];
      const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
      if (protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)))
        return [service, url];
      throw new StartupError('CHANGEOVER_AWS_ENDPOINTS must hold service=https://host entries, separated by commas.');
    }),
  );
}

/** Names alone: a path or an address would run what nobody installed. */
function readPackageNames(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (!names.every((name) => /^(@[a-z0-9-][a-z0-9._-]*\/)?[a-z0-9-][a-z0-9._-]*$/.test(name)))
    throw new StartupError('CHANGEOVER_CONNECTORS must hold names of npm packages, separated by commas.');
  return [...new Set(names)];
}

function readProxies(text: string): readonly string[] {
  const networks = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (networks.every(isNetwork)) return networks;
  throw new StartupError('CHANGEOVER_TRUST_PROXY must hold addresses or CIDRs, separated by commas.');
}
