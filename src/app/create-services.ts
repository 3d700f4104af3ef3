import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config.ts';
import type { Catalogue } from '../connectors/catalogue.ts';
import { createTokenIssuer } from '../connectors/families/posit/create-token-issuer.ts';
import { createAuditChain } from '../crypto/create-audit-chain.ts';
import { endpointFingerprint } from '../crypto/endpoint-fingerprint.ts';
import { loadMasterKey } from '../crypto/master-key.ts';
import { createToken, parseToken } from '../crypto/token.ts';
import { type EgressPolicy, screenHost } from '../egress/address-policy.ts';
import { createManagerCalls } from '../egress/manager-calls.ts';
import { createWorkerPool } from '../egress/worker-pool.ts';
import { createWorkerThreads } from '../egress/worker-threads.ts';
import type { Background } from '../jobs/background.ts';
import { resolveAccountSecret } from '../operations/account-secrets/resolve-account-secret.ts';
import { DEFAULT_PROTOCOL_SETTINGS, type Services } from '../operations/services.ts';
import { createAccountProvider } from '../secrets/account/index.ts';
import { createAwsProvider } from '../secrets/aws/index.ts';
import { createAzureProvider } from '../secrets/azure/index.ts';
import { createSecretResolver } from '../secrets/create-resolver.ts';
import { createEnvProvider } from '../secrets/env/index.ts';
import { createFileProvider } from '../secrets/file/index.ts';
import { createGcpProvider } from '../secrets/gcp/index.ts';
import { createVaultProvider } from '../secrets/vault/index.ts';
import type { Overrides } from './overrides.ts';

interface Parts extends Pick<Services, 'store' | 'eventFeed' | 'vault' | 'observer' | 'gatewayAws'> {
  readonly connectors: Catalogue;
  readonly background: Background;
  readonly policy: EgressPolicy;
}

/** All that operations use, from the ports' implementations and the settings. */
export function createServices(
  config: Config,
  { clock, validatorMs, validatorThreads }: Overrides,
  { connectors, background, policy, ...ports }: Parts,
): Services {
  const threads = validatorThreads?.(policy) ?? createWorkerThreads(policy);
  const { managers } = config;
  // One time for both: of a test that lends validators more than the usual.
  const patience = validatorMs === undefined ? {} : { deadlineMs: validatorMs };
  const ask = createManagerCalls(threads, patience);
  return {
    ...ports,
    connectors,
    tokens: { create: createToken, parse: parseToken },
    repeatsSince: null,
    revealed: () => undefined,
    changed: () => undefined,
    runner: createWorkerPool({
      policy,
      observer: ports.observer,
      moduleUrlOf: connectors.moduleUrlOf,
      concurrency: config.validationsAtOnce,
      concurrencyPerProject: Math.ceil(config.validationsAtOnce / 2),
      perMinutePerProject: config.validationsPerMinute,
      ...patience,
      threads,
    }),
    screenHost: (host, port) => screenHost(policy, host, port),
    issueToken: createTokenIssuer(ask),
    secrets: createSecretResolver(
      {
        env: createEnvProvider({ variable: config.secretVariable, aws: ports.gatewayAws, ask }),
        file: createFileProvider([config.dataDir, config.masterKeyFile, ...loginFilesOf(config)]),
        account: createAccountProvider((projectId, name) => resolveAccountSecret(ports, projectId, name)),
        aws: createAwsProvider(ports.gatewayAws, ask),
        gcp: createGcpProvider(managers.gcp, ask),
        azure: createAzureProvider(managers.azure, ask),
        vault: createVaultProvider(managers.vault, ask),
      },
      { ...patience, ...(clock === undefined ? {} : { now: clock.now }) },
    ),
    settings: {
      ...DEFAULT_PROTOCOL_SETTINGS,
      changeTtlMs: config.changeTtlMs,
      leaseTtlMs: config.leaseTtlMs,
      heldJobMs: config.heldJobMs,
      openChanges: config.openChanges,
      retention: config.retention,
    },
    auditChain: createAuditChain(ports.vault),
    readMasterKey: (file) => loadMasterKey({ file, createIfAbsent: false }),
    newId: uuidv7,
    fingerprint: endpointFingerprint,
    later: background.later,
    whileDialling: (work) => work(),
    once: background.once,
  };
}

/** The files of the gateway's own logins: none of them is anybody's secret. */
function loginFilesOf({ aws, managers: { gcp, azure, vault } }: Config): readonly string[] {
  const files = [aws.signIn, gcp?.keyFile, azure?.login.file, vault?.login.file];
  return files.flatMap((login) => (login == null ? [] : [login.file]));
}
