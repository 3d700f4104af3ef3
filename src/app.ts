import { EXECUTION_MS } from './admission/admit.ts';
import { createConcurrencyLimiter, DEFAULT_CONCURRENCY_LIMITS } from './admission/concurrency-limiter.ts';
import { createEventLoopYield } from './admission/event-loop-yield.ts';
import { createLoginThrottle } from './admission/failed-login-throttle.ts';
import { watchLoadLevel } from './admission/load-level.ts';
import { createRateLimits } from './admission/rate-limits.ts';
import { createReplayQuota } from './admission/replay-quota.ts';
import { createGatewayAws } from './app/create-gateway-aws.ts';
import { createServices } from './app/create-services.ts';
import { jobReports } from './app/job-reports.ts';
import { machineUptime } from './app/machine-uptime.ts';
import { openInstance, orEndStart } from './app/open-instance.ts';
import type { Overrides } from './app/overrides.ts';
import { findOwnAddresses } from './app/own-addresses.ts';
import type { Config } from './config.ts';
import { type Catalogue, createCatalogue } from './connectors/catalogue.ts';
import { loadPackages } from './connectors/load-packages.ts';
import { parseToken } from './crypto/token.ts';
import { StartupError } from './domain/errors/startup-error.ts';
import type { RequestInfo } from './domain/token/actor.ts';
import type { EgressPolicy } from './egress/address-policy.ts';
import { createSchema } from './graphql/schema/schema.ts';
import { createGraphqlApi } from './graphql/yoga.ts';
import { createBackground } from './jobs/background.ts';
import { startJobs } from './jobs/periodic.ts';
import { createLog, errorFields } from './log.ts';
import { createObserver } from './observe.ts';
import { isAccessToken } from './operations/access/access-token.ts';
import { createFirstOwner, ensureProject } from './operations/access/prepare-instance.ts';
import { noteRestore } from './operations/audit/note-restore.ts';
import { createAuditWatch } from './operations/audit/watch-audit.ts';
import { createEventFeed } from './operations/events/event-feed.ts';
import type { Services } from './operations/services.ts';
import { readCertificate, renewCertificate } from './server/connections/certificate.ts';
import { PATIENCE } from './server/connections/connections.ts';
import { createMetrics } from './server/observation/metrics.ts';
import { createReadiness } from './server/observation/readiness.ts';
import { throttledLogin } from './server/plugins/authentication.ts';
import { trustProxies } from './server/request/client-address.ts';
import { createServer } from './server/server.ts';
import { readLastAnchor } from './store/files/anchor-file.ts';
import { makeDataDir } from './store/files/make-data-dir.ts';

export type App = Awaited<ReturnType<typeof createApp>>;

const START: RequestInfo = { id: 'start', ip: null, client: {} };

/** Puts everything together. Throws StartupError, and writes nothing, when the key, the store or a setting is not right. */
export async function createApp(config: Config, overrides: Overrides = {}) {
  const log = createLog(config.logLevel, overrides.logStream);
  const certificate = config.certificate === null ? null : readCertificate(config.certificate);
  const connectors = createCatalogue(await loadPackages(config.connectors));
  const schema = overrides.schema ?? schemaOf(connectors, config.connectors);
  const gatewayAws = await createGatewayAws(config, (setting) => log.write('aws identity not read', { setting }));
  const { store, instance, vault } = await openInstance(config, overrides, log);
  const own = await findOwnAddresses(config);
  const policy: EgressPolicy = { allow: config.egressAllow, own: own.list };
  const background = createBackground((name, error) => log.write('background work failed', { name, ...errorFields(error) }));
  const metrics = createMetrics({ store, load: () => services.runner.load() });
  const observer = createObserver(log, metrics);
  const auditWatch = createAuditWatch();
  const eventFeed = createEventFeed(store);
  const watched = eventFeed.watching(auditWatch.watching(store));
  const ports = { store: watched, eventFeed, vault, observer, gatewayAws };
  const services = createServices(config, overrides, { ...ports, connectors, background, policy });
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
  const admission = {
    limiter: createConcurrencyLimiter({ ...DEFAULT_CONCURRENCY_LIMITS, ...overrides.concurrency }, overrides.loadLevel ?? watchLoadLevel()),
    eventLoop: createEventLoopYield(),
    executionMs: overrides.executionMs ?? EXECUTION_MS,
  };
  const mayKeep = createReplayQuota();
  const graphql = createGraphqlApi({ schema, admission, mayKeep, report });
  const gateway = {
    services,
    graphql,
    admission,
    mayKeep,
    rateLimits: createRateLimits({ perSecond: config.tokenRequestsPerSecond, burst: 2 * config.tokenRequestsPerSecond }),
    dialects: { publicUrl: config.publicUrl, atlas: config.atlas, lerian: config.lerian, posit: config.posit },
    login: throttledLogin(createLoginThrottle((text) => parseToken(text) !== null || isAccessToken(text))),
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
    createServer: () => createServer({ ...gateway, localProjectId: null, certificate }),
    /** Reads the files of the certificate anew. Where that fails the one before goes on being served, and the log says so. */
    renewCertificate(server: Parameters<typeof renewCertificate>[0]) {
      try {
        if (config.certificate !== null) renewCertificate(server, config.certificate);
        log.write('certificate read', {});
      } catch (error) {
        log.write('certificate not read', errorFields(error));
      }
    },
    /** For the control socket: whoever may open it owns the data directory. */
    createLocalServer: () => createServer({ ...gateway, localProjectId: projectId, certificate: null }),
    /** Validators never dial our own listeners. */
    addOwnListener: own.addListener,
    watchAudit,
    startJobs: () => startJobs(services, { ...jobReports(log, config, instance.id), watchAudit }, machineUptime(overrides.clock)),
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

/** What a package's fields can't be served as is told in one line; of built-in kinds it would be a bug. */
function schemaOf(connectors: Catalogue, packages: readonly string[]) {
  try {
    return createSchema({ connectors });
  } catch (error) {
    if (packages.length === 0 || !(error instanceof Error)) throw error;
    throw new StartupError(`CHANGEOVER_CONNECTORS: a connector of ${packages.join(', ')} can't be served: ${error.message}`);
  }
}
