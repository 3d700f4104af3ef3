/** What a line may say, once: each field's meaning. Ids, counts and words of closed lists; never a variable, a body, a header or a message of an error. */
export const LOG_FIELDS = {
  actor: "accessor id of the caller's token, `local` for the control socket, null when nobody was recognised",
  address: 'address of our own listener',
  aheadSeconds: 'how far the clock jumped',
  at: 'file and line in which the error arose, or null',
  code: "the error's own code, or null",
  anchorSeq: 'number of the audit row that the anchor names',
  changes: 'how many changes were committed',
  codes: 'error codes of the answer, or codes of the validation, separated by spaces; empty when all went well',
  connectionId: 'id of the connection; a new one for details that no connection has yet',
  destroyed: 'RETIRED versions whose ciphertext was destroyed',
  dropped: 'leases, changes, validations, sessions and events whose retention was over',
  engine: 'sqlite or postgres',
  error: 'class of the error',
  expiredChanges: 'changes whose time had passed and that were dropped',
  forgotten: 'answers to idempotent requests that were dropped, a day old',
  frames: 'files and lines in which a validator threw, innermost first, separated by spaces; never its message',
  given: 'id of the master key that was given',
  head: "hash of the chain's last row, hex",
  ids: 'ids of the first five of them, separated by spaces',
  kid: 'id of the master key that is in use',
  kind: 'kind of the connection, or network for a probe',
  kinds: 'how many kinds are served, those of packages included',
  lost: 'lines that were not written',
  method: 'GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; OTHER for what is not served',
  ms: 'how long it took, milliseconds',
  name: 'which work it was',
  nearest: 'the setting that it may have been meant to be, or null',
  operation:
    'name that the document gives its operation, at most 64 characters, or of the operation of a REST route; null when it has none or was not valid',
  requestId:
    "the request's id, the same as in its x-request-id header and in the audit: the client's x-mcd-trace-id where it sent a usable one",
  retired: 'PREVIOUS versions that were retired',
  route: 'route, as in the metrics',
  rowId: 'id of the row; several columns are joined by slashes',
  rows: 'how many audit rows',
  setting: 'name of an environment variable',
  seq: "number of the chain's last row",
  signal: 'SIGTERM or SIGINT',
  status: 'HTTP status, or how the validation ended: passed, warning or failed',
  validator: 'name of the validator, or of the probe',
  version: 'version of Changeover',
  versionGap: 'how many numbers the next version of each connection leaves out',
  table: 'table of the store',
  waitedMs: 'how long it waited in the queue, milliseconds',
} as const satisfies Record<string, string>;

export type LogField = keyof typeof LOG_FIELDS;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const ERROR_FIELDS = ['error', 'code', 'at'] as const satisfies readonly LogField[];

/** Every line there is, by its `msg`. The reference page is made of this table. */
export const LOG_EVENTS = {
  started: { level: 'info', says: 'The gateway listens.', fields: ['version', 'engine', 'kinds'] },
  'running as root': {
    level: 'warn',
    says: 'At the start: whoever breaks into the process owns the machine. Give it a user of its own.',
    fields: [],
  },
  'listening in the clear': {
    level: 'warn',
    says: 'At the start: others reach the listener, and tokens travel to it unencrypted. Keep HOST on loopback, or behind a proxy that speaks TLS and is named in CHANGEOVER_TRUST_PROXY; all addresses (0.0.0.0, ::) are told of in any case.',
    fields: ['address'],
  },
  'certificate read': {
    level: 'info',
    says: 'SIGHUP: what connects from now on is served with the certificate that is in its file now.',
    fields: [],
  },
  'certificate not read': {
    level: 'error',
    says: 'SIGHUP: the files of the certificate could not be read, or do not fit each other. The certificate of before goes on being served.',
    fields: ERROR_FIELDS,
  },
  'unknown setting': {
    level: 'warn',
    says: 'An environment variable looks like a setting and is none: it has no effect.',
    fields: ['setting', 'nearest'],
  },
  'aws identity not read': {
    level: 'error',
    says: "The file of the gateway's own AWS identity could not be read when a validation needed it: it is gone, its mode changed, or it holds something else.",
    fields: ['setting'],
  },
  stopping: { level: 'info', says: 'A signal told it to stop: it finishes what runs and takes nothing new.', fields: ['signal'] },
  stopped: { level: 'info', says: 'Everything has ended and the store is closed.', fields: ['ms'] },
  request: {
    level: 'info',
    says: "An HTTP request was answered. At `info`: each mutation, and whatever of a signed-in caller's failed or took a second or longer. At `debug`: all others too, so that neither the usual reads nor a flood without a token fills the disk. What is put off (RATE_LIMITED, UNAVAILABLE) is at `debug`, too; the metrics count everything.",
    fields: ['requestId', 'method', 'route', 'status', 'codes', 'ms', 'actor', 'operation'],
  },
  validation: {
    level: 'info',
    says: 'A validator, or a probe of the network, has run.',
    fields: ['requestId', 'kind', 'validator', 'status', 'codes', 'ms', 'waitedMs', 'connectionId'],
  },
  'validator threw': {
    level: 'debug',
    says: 'A validator failed to run: a fault of the connector, or of its package.',
    fields: ['requestId', 'kind', 'validator', 'frames'],
  },
  housekeeping: {
    level: 'info',
    says: 'A maintenance pass found something to do.',
    fields: ['retired', 'destroyed', 'expiredChanges', 'forgotten', 'ms'],
  },
  'old rows dropped': { level: 'info', says: 'Rows whose retention was over were deleted.', fields: ['dropped', 'ms'] },
  'store is older than its anchor': {
    level: 'warn',
    says: 'The audit lacks what `CHANGEOVER_AUDIT_ANCHOR_FILE` says it had, as after a restore from a backup. It is recorded, once, and numbers of versions are left out, so that none is used twice.',
    fields: ['seq', 'anchorSeq', 'versionGap'],
  },
  'waiting commits carried out': { level: 'info', says: 'The leases that held changes up have ended.', fields: ['changes', 'ms'] },
  'audit sealed': { level: 'debug', says: 'Audit rows were numbered and chained.', fields: ['rows', 'ms'] },
  'audit rows lost': {
    level: 'error',
    says: 'Audit rows that this gateway had written were gone before they were numbered: somebody deleted them past the gateway. The audit says so, too (`audit.lost`), and `audit verify` and `doctor` name them.',
    fields: ['rows', 'ids'],
  },
  'altered row left out': {
    level: 'warn',
    says: 'A list of a REST API was answered without a row that somebody altered past the gateway: `doctor` names it. A list of the GraphQL API says so beside its rows.',
    fields: ['table', 'rowId'],
  },
  'audit rows not watched': {
    level: 'warn',
    says: 'More audit rows waited for their number than are remembered; if one of these is deleted meanwhile, nobody tells.',
    fields: ['rows'],
  },
  'audit anchor': {
    level: 'info',
    says: 'The head of the audit chain, once a minute when it has moved and no `CHANGEOVER_AUDIT_ANCHOR_FILE` is set.',
    fields: ['seq', 'head'],
  },
  'master key is being replaced': {
    level: 'warn',
    says: 'Put the new master key into its file: the one that was given soon opens nothing.',
    fields: ['given', 'kid'],
  },
  'clock set forward': {
    level: 'error',
    says: 'The clock jumped by more than a lease lasts: leases and keys have ended. Nothing is retired for it in this pass.',
    fields: ['aheadSeconds'],
  },
  'lines lost': {
    level: 'warn',
    says: 'Whoever reads the log had stopped, and lines were dropped instead of kept in memory.',
    fields: ['lost'],
  },
  'unexpected error': {
    level: 'error',
    says: 'A fault of ours, which the caller saw as INTERNAL.',
    fields: ['requestId', ...ERROR_FIELDS],
  },
  'background work failed': { level: 'error', says: 'Work that goes on after its answer failed.', fields: ['name', ...ERROR_FIELDS] },
  'periodic work failed': { level: 'error', says: 'A pass of a job failed; the next one tries again.', fields: ['name', ...ERROR_FIELDS] },
  'accepting failed': { level: 'warn', says: 'The system could not hand over the connection of a client.', fields: ERROR_FIELDS },
  'unhandled rejection': { level: 'error', says: 'A fault of ours that nobody waited for.', fields: ERROR_FIELDS },
  'uncaught exception': { level: 'error', says: 'A fault of ours after which the process ends, with code 70.', fields: ERROR_FIELDS },
} as const satisfies Record<string, { readonly level: LogLevel; readonly says: string; readonly fields: readonly LogField[] }>;

export type LogEvent = keyof typeof LOG_EVENTS;
export type LogValue = string | number | boolean | null;
export type FieldsOf<E extends LogEvent> = Readonly<Record<(typeof LOG_EVENTS)[E]['fields'][number], LogValue>>;
