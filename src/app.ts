import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, uptime } from 'node:os';
import { v7 as uuidv7 } from 'uuid';
import { type ConcurrencyLimits, createConcurrencyLimiter, DEFAULT_CONCURRENCY_LIMITS } from './admission/concurrency-limiter.ts';
import { createEventLoopYield } from './admission/event-loop-yield.ts';
import { createLoginThrottle } from './admission/failed-login-throttle.ts';
import { type LoadLevel, watchLoadLevel } from './admission/load-level.ts';
import { createRateLimits } from './admission/rate-limits.ts';
import { createReplayQuota } from './admission/replay-quota.ts';
import type { Config } from './config.ts';
import { type Catalogue, createCatalogue } from './connectors/catalogue.ts';
import { loadPackages } from './connectors/load-packages.ts';
import { auditRowHmac, CHAIN_START, chainHash, keptHash, signCut, signSegment, verifyAuditChain } from './crypto/audit-chain.ts';
import { keyId } from './crypto/derive.ts';
import { endpointFingerprint } from './crypto/endpoint-fingerprint.ts';
import { checkMasterKey, createInstance } from './crypto/key-check.ts';
import { loadMasterKey } from './crypto/master-key.ts';
import { createToken, parseToken } from './crypto/token.ts';
import { createVault } from './crypto/vault.ts';
import { DomainError, ERROR_CODES } from './domain/errors/errors.ts';
import { StartupError } from './domain/errors/startup-error.ts';
import type { Clock } from './domain/ports/clock.ts';
import type { Store } from './domain/ports/store.ts';
import type { KeyStore } from './domain/ports/vault.ts';
import type { RequestInfo } from './domain/token/actor.ts';
import type { EgressPolicy } from './egress/address-policy.ts';
import { addressesOf } from './egress/resolve.ts';
import { createWorkerPool } from './egress/worker-pool.ts';
import { EXECUTION_MS, type ExecutionMs } from './graphql/plugins/admission.ts';
import { createSchema } from './graphql/schema/schema.ts';
import { createGraphqlApi } from './graphql/yoga.ts';
import { createBackground } from './jobs/background.ts';
import type { Uptime } from './jobs/clock-watch.ts';
import { startJobs } from './jobs/periodic.ts';
import { createLog, errorFields } from './log.ts';
import type { LogStream } from './log-stream.ts';
import { createObserver } from './observe.ts';
import { createFirstOwner, ensureProject } from './operations/access/prepare-instance.ts';
import { noteRestore } from './operations/audit/note-restore.ts';
import { createAuditWatch } from './operations/audit/watch-audit.ts';
import { createEventFeed } from './operations/events/event-feed.ts';
import { DEFAULT_PROTOCOL_SETTINGS, type Services } from './operations/services.ts';
import { createSecretResolver } from './secrets/create-resolver.ts';
import { createEnvProvider } from './secrets/env/index.ts';
import { createFileProvider } from './secrets/file/index.ts';
import { PATIENCE, type Patience } from './server/connections/connections.ts';
import { createMetrics } from './server/observation/metrics.ts';
import { createReadiness } from './server/observation/readiness.ts';
import { trustProxies } from './server/request/client-address.ts';
import { createServer } from './server/server.ts';
import { appendAnchor, readLastAnchor } from './store/files/anchor-file.ts';
import { closeDataDir, refuseOpenFolders } from './store/files/guard-folders.ts';
import { makeDataDir } from './store/files/make-data-dir.ts';
import { openStore } from './store/open-store.ts';
import { storeFileIn } from './store/sqlite/store-file.ts';

export type App = Awaited<ReturnType<typeof createApp>>;

const START: RequestInfo = { id: 'start', ip: null, client: {} };

/** What a command asks for, and what a test brings instead of the machine's own. */
export interface Overrides {
  /** False: a database that is empty is refused, and stays so. */
  readonly makesStore?: boolean;
  readonly clock?: Clock;
  readonly logStream?: LogStream;
  /** How loaded the process is; measured unless given. */
  readonly loadLevel?: () => LoadLevel;
  readonly concurrency?: Partial<ConcurrencyLimits>;
  readonly patience?: Partial<Patience>;
  readonly executionMs?: ExecutionMs;
  /** Of one run of a validator. */
  readonly validatorMs?: number;
}

/** Puts everything together. Throws StartupError, and writes nothing, when the key, the store or a setting is not right. */
export async function createApp(config: Config, overrides: Overrides = {}) {
  const log = createLog(config.logLevel, overrides.logStream);
  const connectors = createCatalogue(await loadPackages(config.connectors));
  const schema = schemaOf(connectors, config.connectors);
  // A store that exists has its key: a new one would not open it, and would hide that the old one is gone.
  const isNew = config.databaseUrl === null && !existsSync(storeFileIn(config.dataDir));
  if (config.createMasterKey && isNew) makeDataDir(config.dataDir);
  closeDataDir(config.dataDir);
  if (config.databaseUrl === null) refuseOpenFolders(storeFileIn(config.dataDir));
  refuseOpenFolders(config.masterKeyFile);
  const masterKey = loadMasterKey({ file: config.masterKeyFile, createIfAbsent: config.createMasterKey && isNew });
  const { store, instance } = await openStore(
    config.databaseUrl === null ? { dataDir: config.dataDir } : { databaseUrl: config.databaseUrl },
    {
      clock: overrides.clock ?? 'system',
      verifyInstance(stored, upgrades) {
        if (stored === null && overrides.makesStore === false)
          throw new StartupError(
            'there is no store in that database. Check CHANGEOVER_DATABASE_URL, bring a backup back into it, or make a new one: changeover serve; nothing was written.',
          );
        if (stored === null) return createInstance(masterKey, uuidv7(), Date.now());
        checkMasterKey(masterKey, stored, upgrades);
        return stored;
      },
    },
  );
  const vault = await orEndStart(store, createVault({ masterKey, instanceId: instance.id, keyStore: keyStoreOf(store) }));
  store.signWith({ sign: (text) => vault.keyedHash('row', text) });
  // No other process runs a request on the embedded store: what an earlier one began may be repeated at once.
  if (config.databaseUrl === null)
    await orEndStart(
      store,
      store.write((tx) => tx.idempotency.releaseAll(), { usesReserve: true }),
    );
  if (keyId(masterKey) !== vault.kid) {
    log.write('master key is being replaced', {
      given: keyId(masterKey),
      kid: vault.kid,
    });
  }
  masterKey.fill(0);
  const own = await ownDatabase(config);
  const policy: EgressPolicy = { allow: config.egressAllow, own };
  const background = createBackground((name, error) => log.write('background work failed', { name, ...errorFields(error) }));
  const metrics = createMetrics({ store, load: () => services.runner.load() });
  const observer = createObserver(log, metrics);
  const auditWatch = createAuditWatch();
  const eventFeed = createEventFeed(store);
  const services: Services = {
    store: eventFeed.watching(auditWatch.watching(store)),
    eventFeed,
    vault,
    connectors,
    tokens: { create: createToken, parse: parseToken },
    repeatsSince: null,
    revealed: () => undefined,
    observer,
    runner: createWorkerPool({
      policy,
      observer,
      moduleUrlOf: connectors.moduleUrlOf,
      concurrency: config.validationsAtOnce,
      concurrencyPerProject: Math.ceil(config.validationsAtOnce / 2),
      perMinutePerProject: config.validationsPerMinute,
      ...(overrides.validatorMs === undefined ? {} : { deadlineMs: overrides.validatorMs }),
    }),
    secrets: createSecretResolver(
      { env: createEnvProvider(config.secretVariable), file: createFileProvider([config.dataDir, config.masterKeyFile]) },
      overrides.clock === undefined ? {} : { now: overrides.clock.now },
    ),
    settings: {
      ...DEFAULT_PROTOCOL_SETTINGS,
      changeTtlMs: config.changeTtlMs,
      leaseTtlMs: config.leaseTtlMs,
      openChanges: config.openChanges,
      retention: config.retention,
    },
    auditChain: {
      sign: (row) => auditRowHmac(vault, row),
      start: CHAIN_START,
      link: (previous, seq, row) => chainHash(vault, previous, seq, row),
      verify: (pages, anchors, range) => verifyAuditChain(vault, pages, anchors, range),
      signCut: (head) => signCut(vault, head),
      keep: (previous, seq, row) => keptHash(vault, previous, seq, row),
      signSegment: (from, through, previous, head) => signSegment(vault, from, through, previous, head),
    },
    readMasterKey: (file) => loadMasterKey({ file, createIfAbsent: false }),
    newId: uuidv7,
    fingerprint: endpointFingerprint,
    later: background.later,
    whileDialling: (work) => work(),
    once: background.once,
  };
  const watchAudit = () =>
    auditWatch.look(services, {
      lost: (rows) => log.write('audit rows lost', { rows: rows.length, ids: firstIds(rows) }),
      unwatched: (rows) => log.write('audit rows not watched', { rows }),
    });
  const projectId = await orEndStart(store, ensureProject(services, instance.id, START));
  const restore = await orEndStart(store, noteRestoreOf(config, services, projectId, instance.id));
  if (restore !== null)
    log.write('store is older than its anchor', { seq: restore.headSeq, anchorSeq: restore.anchorSeq, versionGap: restore.versionGap });
  const report = (error: unknown, requestId: string) => log.write('unexpected error', { requestId, ...errorFields(error) });
  const state = { draining: false };
  const rateLimits = createRateLimits({ perSecond: config.tokenRequestsPerSecond, burst: 2 * config.tokenRequestsPerSecond });
  const graphql = createGraphqlApi({
    schema,
    admission: {
      limiter: createConcurrencyLimiter(
        { ...DEFAULT_CONCURRENCY_LIMITS, ...overrides.concurrency },
        overrides.loadLevel ?? watchLoadLevel(),
      ),
      eventLoop: createEventLoopYield(),
      executionMs: overrides.executionMs ?? EXECUTION_MS,
    },
    mayKeep: createReplayQuota(),
    report,
  });
  const gateway = {
    services,
    graphql,
    rateLimits,
    logins: createLoginThrottle((text) => parseToken(text) !== null),
    metrics,
    observe: observer.answered,
    readiness: createReadiness(services, state),
    proxies: trustProxies(config.trustedProxies),
    connectionsPerAddress: config.connectionsPerAddress,
    patience: { ...PATIENCE, ...overrides.patience },
    report,
    state,
  };
  return {
    config,
    log,
    services,
    instance,
    projectId,
    schema,
    policy,
    graphql,
    state,
    makeDataDir: () => makeDataDir(config.dataDir),
    createFirstOwner: (publish?: Parameters<typeof createFirstOwner>[3]) => createFirstOwner(services, projectId, START, publish),
    createServer: () => createServer({ ...gateway, localProjectId: null }),
    /** For the control socket: whoever may open it owns the data directory. */
    createLocalServer: () => createServer({ ...gateway, localProjectId: projectId }),
    /** Validators never dial our own listeners. */
    addOwnListener({ address, port }: Pick<AddressInfo, 'address' | 'port'>) {
      // Bound to all addresses, it is reached by each of this machine's.
      const addresses =
        address === '0.0.0.0' || address === '::'
          ? Object.values(networkInterfaces())
              .flatMap((found) => found ?? [])
              .map((found) => found.address)
          : [address];
      own.push(...addresses.map((one) => ({ address: one, port })));
    },
    watchAudit,
    startJobs: () =>
      startJobs(
        services,
        {
          failed: (name, error) => log.write('periodic work failed', { name, ...errorFields(error) }),
          async anchor(head) {
            if (config.auditAnchorFile === null) log.write('audit anchor', { seq: head.seq, head: head.head });
            else await appendAnchor(config.auditAnchorFile, instance.id, head);
          },
          clockRanAhead: (aheadMs) => log.write('clock set forward', { aheadSeconds: Math.round(aheadMs / 1000) }),
          sealed: (rows, ms) => log.write('audit sealed', { rows, ms: Math.round(ms) }),
          watchAudit,
          committed: (changes, ms) => log.write('waiting commits carried out', { changes, ms: Math.round(ms) }),
          maintained: (pass, ms) => log.write('housekeeping', { ...pass, ms: Math.round(ms) }),
          dropped: (rows, ms) => log.write('old rows dropped', { dropped: rows, ms: Math.round(ms) }),
        },
        uptimeOf(overrides.clock),
      ),
    async close() {
      eventFeed.close();
      await background.settled();
      await services.runner.close();
      services.secrets.clear();
      await store.close();
    },
  };
}

function firstIds(rows: readonly { readonly id: string }[]): string {
  return rows
    .slice(0, 5)
    .map(({ id }) => id)
    .join(' ');
}

async function noteRestoreOf({ auditAnchorFile }: Config, services: Services, projectId: string, instanceId: string) {
  if (auditAnchorFile === null) return null;
  return await noteRestore(services, projectId, readLastAnchor(auditAnchorFile, instanceId));
}

/** Of the machine; a test's clock that has no timer is compared with none. */
function uptimeOf(clock: Clock | undefined): Uptime {
  if (clock !== undefined) return { elapsed: () => clock.elapsed?.() ?? clock.now(), boot: clock.elapsed === undefined ? null : 'test' };
  return { elapsed: () => uptime() * 1000, boot: bootId() };
}

/** Where the system does not tell, a clock that is set while no gateway runs is not noticed. */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

/** A store that refuses while everything is put together ends the start in one line, and is closed. */
async function orEndStart<T>(store: Store, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await store.close();
    if (!(error instanceof DomainError)) throw error;
    throw new StartupError(`${error.message} ${ERROR_CODES[error.code].next}`, error.code === 'INTEGRITY' ? 78 : 75);
  }
}

/** What a package's fields can't be served as is told in one line; of built-in kinds it would be a bug. */
function schemaOf(connectors: Catalogue, packages: readonly string[]) {
  try {
    return createSchema({ connectors });
  } catch (error) {
    if (packages.length === 0 || !(error instanceof Error)) throw error;
    throw new StartupError(`CHANGEOVER_CONNECTORS: a connector of ${packages.join(', ')} can't be served: ${error.message}`);
  }
}

/** By its name and by each of its addresses, so that no validator gets there by another spelling. */
async function ownDatabase({ databaseUrl }: Config): Promise<{ address: string; port: number }[]> {
  if (databaseUrl === null) return [];
  const { hostname, port } = new URL(databaseUrl);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return [host, ...(await addressesOf(host))].map((address) => ({ address, port: Number(port || 5432) }));
}

function keyStoreOf(store: Store): KeyStore {
  return {
    find: store.read.keys.find,
    insertIfAbsent: (key) => store.write((tx) => tx.keys.insertIfAbsent(key)),
  };
}
