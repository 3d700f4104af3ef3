import { type Actor, requireOperator } from '../domain/actor.ts';
import type { Connection, Version } from '../domain/connection.ts';
import { DomainError } from '../domain/errors.ts';
import { compareWithAudit } from './compare-with-audit.ts';
import { openDetails } from './load-connection.ts';
import { configHash } from './next-version.ts';
import type { Services } from './services.ts';

/** Open changes that are looked at, those that expire first. */
const MOST_CHANGES = 10_000;

export interface Finding {
  readonly connectionId: string;
  /** Of a change that does not open: the version it is based on, or 0. */
  readonly version: number;
  /**
   * `not-in-audit`: the audit row of its commit is missing or says something else. `lost`: the audit knows a version that is not stored.
   * `state-altered`: label, current version, destruction and the destination of a reference do not fit each other.
   */
  readonly problem:
    | 'does-not-open'
    | 'mac-broken'
    | 'config-altered'
    | 'content-altered'
    | 'state-altered'
    | 'gap'
    | 'connector-missing'
    | 'not-in-audit'
    | 'lost'
    | 'change-does-not-open';
}

export interface Examination {
  readonly ok: boolean;
  readonly versions: number;
  readonly opened: number;
  /** A rotation of the master key that was begun and not finished; null mostly. */
  readonly rotation: { readonly fromKid: string; readonly toKid: string; readonly remaining: number } | null;
  /** At most 100. */
  readonly findings: readonly Finding[];
}

/**
 * Proves that every version and open change opens under its binding, that every connection's chain of versions is whole, and that it
 * is the one which the audit tells of: a chain that was cut at its end is whole in itself. Shows no secret.
 */
export async function examineStore(services: Services, actor: Actor): Promise<Examination> {
  requireOperator(actor);
  const findings: Finding[] = [];
  const stored: Version[] = [];
  let opened = 0;
  for (let previous: Version | null = null; ; ) {
    const page: readonly Version[] = await services.store.read.versions.scan(
      previous === null ? null : { connectionId: previous.connectionId, version: previous.version },
      200,
    );
    if (page.length === 0) break;
    for (const version of page) {
      const before: Version | null = previous?.connectionId === version.connectionId ? previous : null;
      const problems = await problemsOf(services, version, before);
      findings.push(...problems.map((problem) => ({ connectionId: version.connectionId, version: version.version, problem })));
      if (version.destroyedAt === null && !problems.some((problem) => problem === 'does-not-open' || problem === 'connector-missing'))
        opened += 1;
      stored.push(version);
      previous = version;
    }
  }
  findings.push(
    ...(await alteredStates(services, stored)),
    ...(await compareWithAudit(services, stored)),
    ...(await shutChanges(services)),
  );
  return {
    ok: findings.length === 0,
    rotation: await unfinishedRotation(services),
    versions: stored.length,
    opened,
    findings: findings.slice(0, 100),
  };
}

async function unfinishedRotation({ store }: Services): Promise<Examination['rotation']> {
  const { forward, back } = await store.read.keys.upgrade();
  if (forward === null || back === null) return null;
  return { fromKid: forward.kid, toKid: back.kid, remaining: await store.read.keys.countOutside(back.kid) };
}

async function problemsOf(services: Services, version: Version, before: Version | null): Promise<readonly Finding['problem'][]> {
  const problems: Finding['problem'][] = [];
  if (version.version !== (before?.version ?? 0) + 1) problems.push('gap');
  if (!configHash(version).equals(version.configHash)) problems.push('config-altered');
  if (!(await isLinked(services, version, before))) problems.push('mac-broken');
  const { contentId, cipherHash } = version;
  const content = contentId === null ? null : await services.store.read.contents.find({ projectId: version.projectId }, contentId);
  if (content !== null && (cipherHash === null || !content.cipherHash.equals(cipherHash) || content.connectionId !== version.connectionId))
    problems.push('content-altered');
  const isDestroyed = version.destroyedAt !== null;
  if (isDestroyed && (version.label !== 'RETIRED' || content?.blob !== null)) problems.push('state-altered');
  const failure = isDestroyed ? null : await whyShut(services, version);
  if (failure !== null) problems.push(failure);
  return problems;
}

async function isLinked(services: Services, version: Version, before: Version | null): Promise<boolean> {
  try {
    const keys = await services.vault.forProject(version.projectId, version.keyGeneration);
    return keys.versionMac({ ...version, previousMac: before?.rowMac ?? Buffer.alloc(0) }, version.keyGeneration).equals(version.rowMac);
  } catch (error) {
    // A generation of the key that was never made.
    if (error instanceof DomainError && error.code === 'INTEGRITY') return false;
    throw error;
  }
}

async function whyShut(services: Services, row: Parameters<typeof openDetails>[1]): Promise<'does-not-open' | 'connector-missing' | null> {
  try {
    await openDetails(services, row);
    return null;
  } catch (error) {
    if (!(error instanceof DomainError) || (error.code !== 'UNAVAILABLE' && error.code !== 'INTEGRITY')) throw error;
    return error.code === 'UNAVAILABLE' ? 'connector-missing' : 'does-not-open';
  }
}

/** The newest version of a connection is its CURRENT one, and no other; a removed connection has none. A reference in use is bound to where it leads. */
async function alteredStates({ store }: Services, stored: readonly Version[]): Promise<readonly Finding[]> {
  const newest = new Map(stored.map((version) => [version.connectionId, version]));
  const current = new Map<string, Connection>();
  for (const projectId of new Set(stored.map((version) => version.projectId))) {
    const ids = [...newest.values()].filter((version) => version.projectId === projectId).map(({ connectionId }) => connectionId);
    for (const connection of await store.read.connections.findMany({ projectId, integrationIds: null }, ids))
      current.set(connection.id, connection);
  }
  return stored
    .filter(({ connectionId, version, label, reference, boundTo }) => {
      const isNewest = newest.get(connectionId)?.version === version;
      const expected = isNewest ? current.get(connectionId) : undefined;
      if (label !== 'CURRENT' || expected === undefined) return (label === 'CURRENT') !== (expected !== undefined);
      return expected.currentVersion !== version || (expected.isActive && reference !== null && boundTo === null);
    })
    .map(({ connectionId, version }) => ({ connectionId, version, problem: 'state-altered' }));
}

async function shutChanges(services: Services): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const change of await services.store.read.changes.expired(Number.MAX_SAFE_INTEGER, MOST_CHANGES)) {
    if ((await whyShut(services, change)) === 'does-not-open')
      findings.push({ connectionId: change.connectionId, version: change.baseVersion ?? 0, problem: 'change-does-not-open' });
  }
  return findings;
}
