import { MANAGER_SETTINGS } from '../secrets/settings.ts';

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
  CHANGEOVER_LERIAN_ANONYMOUS: {
    default: '',
    description:
      "Id of the API token that clients of Lerian's connections stand for who send no Authorization. Anybody who reaches the listener may do what it may, so name one with few rights, and only where the network is closed.",
  },
  CHANGEOVER_LERIAN_JOB_SECONDS: {
    default: '900',
    description: "How long a job that is started at Lerian's /v1/fetcher holds its connections unless it ends before: 1 to 86400.",
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
  CHANGEOVER_POSIT_VERSION: {
    default: '2025.09.0',
    description: 'Version of Posit Connect that its clients are told, which decides what they use of it: 2025.07.0 or later.',
  },
  CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: {
    default: '500',
    description: 'Requests a second that one token may send, twice that at once after a pause: 1 to 1000000.',
  },
  CHANGEOVER_PUBLIC_URL: {
    default: '',
    description:
      'Where clients reach the gateway, as in https://changeover.example.com: links in answers of the REST dialects begin with it. Without it they begin as the request was addressed.',
  },
  CHANGEOVER_ATLAS_REQUESTS_PER_MINUTE: {
    default: '500',
    description: "Requests a minute that one project may send in MongoDB Atlas' dialect in the long run: 1 to 1000000.",
  },
  CHANGEOVER_ATLAS_REQUESTS_AT_ONCE: {
    default: '1200',
    description: 'The same after a pause, at once: 1 to 1000000.',
  },
  CHANGEOVER_CONNECTIONS_PER_ADDRESS: {
    default: '100',
    description: 'TCP connections that one client address may have open, those of trusted proxies aside: 1 to 2000.',
  },
  CHANGEOVER_TLS_CERT_FILE: {
    default: '',
    description:
      'PEM file of the certificate, with its chain, that HTTPS is served with. Read anew on SIGHUP. Set with CHANGEOVER_TLS_KEY_FILE.',
  },
  CHANGEOVER_TLS_KEY_FILE: { default: '', description: 'PEM file of its private key, without a passphrase.' },
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
