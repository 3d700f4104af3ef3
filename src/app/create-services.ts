import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config.ts';
import type { Catalogue } from '../connectors/catalogue.ts';
import { createAuditChain } from '../crypto/create-audit-chain.ts';
import { endpointFingerprint } from '../crypto/endpoint-fingerprint.ts';
import { loadMasterKey } from '../crypto/master-key.ts';
import { createToken, parseToken } from '../crypto/token.ts';
import type { EgressPolicy } from '../egress/address-policy.ts';
import { createWorkerPool } from '../egress/worker-pool.ts';
import type { Background } from '../jobs/background.ts';
import { followSecret } from '../operations/account-secrets/follow-secret.ts';
import { DEFAULT_PROTOCOL_SETTINGS, type Services } from '../operations/services.ts';
import { createAccountProvider } from '../secrets/account/index.ts';
import { createSecretResolver } from '../secrets/create-resolver.ts';
import { createEnvProvider } from '../secrets/env/index.ts';
import { createFileProvider } from '../secrets/file/index.ts';
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
      ...(validatorMs === undefined ? {} : { deadlineMs: validatorMs }),
      ...(validatorThreads === undefined ? {} : { threads: validatorThreads(policy) }),
    }),
    secrets: createSecretResolver(
      {
        env: createEnvProvider(config.secretVariable),
        file: createFileProvider([config.dataDir, config.masterKeyFile, ...(config.aws.signIn === null ? [] : [config.aws.signIn.file])]),
        account: createAccountProvider((projectId, name) => followSecret(ports, projectId, name)),
      },
      clock === undefined ? {} : { now: clock.now },
    ),
    settings: {
      ...DEFAULT_PROTOCOL_SETTINGS,
      changeTtlMs: config.changeTtlMs,
      leaseTtlMs: config.leaseTtlMs,
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
