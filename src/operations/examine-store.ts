import { type Actor, requireOperator } from '../domain/actor.ts';
import type { Version } from '../domain/connection.ts';
import { DomainError } from '../domain/errors.ts';
import { openDetails } from './load-connection.ts';
import { configHash } from './next-version.ts';
import type { Services } from './services.ts';

export interface Finding {
  readonly connectionId: string;
  readonly version: number;
  readonly problem: 'does-not-open' | 'mac-broken' | 'config-altered' | 'gap' | 'connector-missing';
}

export interface Examination {
  readonly ok: boolean;
  readonly versions: number;
  readonly opened: number;
  /** At most 100. */
  readonly findings: readonly Finding[];
}

/** Proves that every version opens under its binding and that every connection's chain of versions is whole. Shows no secret. */
export async function examineStore(services: Services, actor: Actor): Promise<Examination> {
  requireOperator(actor);
  const findings: Finding[] = [];
  let versions = 0;
  let opened = 0;
  let previous: Version | null = null;
  for (;;) {
    const page: readonly Version[] = await services.store.read.versions.scan(
      previous === null ? null : { connectionId: previous.connectionId, version: previous.version },
      200,
    );
    if (page.length === 0) break;
    for (const version of page) {
      versions += 1;
      const before: Version | null = previous?.connectionId === version.connectionId ? previous : null;
      for (const problem of await problemsOf(services, version, before))
        findings.push({ connectionId: version.connectionId, version: version.version, problem });
      if (version.destroyedAt === null) opened += 1;
      previous = version;
    }
  }
  return {
    ok: findings.length === 0,
    versions,
    opened: opened - findings.filter(({ problem }) => problem === 'does-not-open' || problem === 'connector-missing').length,
    findings: findings.slice(0, 100),
  };
}

async function problemsOf(services: Services, version: Version, before: Version | null): Promise<readonly Finding['problem'][]> {
  const problems: Finding['problem'][] = [];
  const keys = await services.vault.forProject(version.projectId);
  if (version.version !== (before?.version ?? 0) + 1) problems.push('gap');
  if (!configHash(version).equals(version.configHash)) problems.push('config-altered');
  const mac = keys.versionMac({ ...version, previousMac: before?.rowMac ?? Buffer.alloc(0) }, version.keyGeneration);
  if (!mac.equals(version.rowMac)) problems.push('mac-broken');
  if (version.destroyedAt === null) {
    try {
      await openDetails(services, version);
    } catch (error) {
      problems.push(error instanceof DomainError && error.code === 'UNAVAILABLE' ? 'connector-missing' : 'does-not-open');
    }
  }
  return problems;
}
