import { type Actor, requireOperator } from '../domain/actor.ts';
import type { Change } from '../domain/change.ts';
import type { Connection, SealedContent, Version } from '../domain/connection.ts';
import { DomainError } from '../domain/errors.ts';
import { createPacer } from '../domain/pacer.ts';
import type { AlteredRow } from '../domain/store.ts';
import { compareWithAudit, lostConnections } from './compare-with-audit.ts';
import { openDetails } from './load-connection.ts';
import { configHash } from './next-version.ts';
import type { Services } from './services.ts';

const PAGE = 200;
const MOST_FINDINGS = 100;

export interface Finding {
  /** Empty for a row that belongs to no connection. */
  readonly connectionId: string;
  /** Of a change that does not open: the version it is based on, or 0. */
  readonly version: number;
  /**
   * `not-in-audit`: the audit row of its commit is missing or says something else. `lost`: the audit knows a version that is not stored.
   * `row-altered`: a row is not as it was written. `row-stale`: a token or grant was put back from an old copy. `row-lost`: it was deleted.
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
    | 'change-does-not-open'
    | AlteredRow['problem'];
  /** The row that was changed past the gateway, for `row-altered`, `row-stale` and `row-lost`. */
  readonly table?: string;
  readonly rowId?: string;
}

export interface Examination {
  readonly ok: boolean;
  readonly versions: number;
  readonly opened: number;
  /** A rotation of the master key that was begun and not finished; null mostly. */
  readonly rotation: { readonly fromKid: string; readonly toKid: string; readonly remaining: number } | null;
  /** At most 100; `ok` is false for any. */
  readonly findings: readonly Finding[];
}

/**
 * Proves that every version and open change opens under its binding, that every connection's chain of versions is whole, and that it
 * is the one which the audit tells of: a chain that was cut at its end is whole in itself. Shows no secret.
 */
export async function examineStore(services: Services, actor: Actor): Promise<Examination> {
  requireOperator(actor);
  const findings: Finding[] = [];
  const counts = { versions: 0, opened: 0, findings: 0 };
  const add = (found: readonly Finding[]) => {
    counts.findings += found.length;
    findings.push(...found.slice(0, MOST_FINDINGS - findings.length));
  };
  for await (const chain of chains(services)) {
    counts.versions += chain.length;
    for (const [index, version] of chain.entries()) {
      const problems = await problemsOf(services, version, chain[index - 1] ?? null);
      add(problems.map((problem) => ({ connectionId: version.connectionId, version: version.version, problem })));
      if (version.destroyedAt === null && !problems.some((problem) => problem === 'does-not-open' || problem === 'connector-missing'))
        counts.opened += 1;
    }
    add(await alteredStates(services, chain));
    add(await compareWithAudit(services, chain[0].connectionId, chain));
  }
  for await (const lost of lostConnections(services)) add(lost);
  for await (const shut of shutChanges(services)) add(shut);
  for await (const altered of alteredRows(services)) add(altered);
  return {
    ok: counts.findings === 0,
    rotation: await unfinishedRotation(services),
    versions: counts.versions,
    opened: counts.opened,
    findings,
  };
}

/** All versions of one connection after the other; no more than that is held at once. */
async function* chains({ store }: Services): AsyncIterable<readonly [Version, ...Version[]]> {
  let chain: [Version, ...Version[]] | null = null;
  for (let after: Version | null = null; ; ) {
    const page: readonly Version[] = await store.read.versions.scan(after, PAGE);
    for (const version of page) {
      if (chain?.[0].connectionId === version.connectionId) {
        chain.push(version);
        continue;
      }
      if (chain !== null) yield chain;
      chain = [version];
    }
    after = page.at(-1) ?? null;
    if (after === null) break;
  }
  if (chain !== null) yield chain;
}

async function unfinishedRotation({ store }: Services): Promise<Examination['rotation']> {
  const { forward, back } = await store.read.keys.upgrade();
  if (forward === null || back === null) return null;
  return { fromKid: forward.kid, toKid: back.kid, remaining: await store.read.keys.countOutside(back.kid) };
}

/** Whatever was made of a row, it is named, and the others are looked at all the same. */
async function problemsOf(services: Services, version: Version, before: Version | null): Promise<readonly Finding['problem'][]> {
  try {
    return await problemsIn(services, version, before);
  } catch (error) {
    if (isOfRow(error)) return ['config-altered'];
    throw error;
  }
}

/** What comes of a row whose values are not of their types, or of one beside it that was altered. */
function isOfRow(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DomainError && error.code === 'INTEGRITY');
}

async function problemsIn(services: Services, version: Version, before: Version | null): Promise<readonly Finding['problem'][]> {
  const problems: Finding['problem'][] = [];
  if (version.version !== (before?.version ?? 0) + 1) problems.push('gap');
  if (!configHash(version).equals(version.configHash)) problems.push('config-altered');
  if (!(await isLinked(services, version, before))) problems.push('mac-broken');
  const { contentId, cipherHash } = version;
  let content: SealedContent | null = null;
  try {
    content = contentId === null ? null : await services.store.read.contents.find({ projectId: version.projectId }, contentId);
  } catch (error) {
    if (!isOfRow(error)) throw error;
    problems.push('content-altered');
  }
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
    if (isOfRow(error)) return 'does-not-open';
    if (!(error instanceof DomainError) || error.code !== 'UNAVAILABLE') throw error;
    return 'connector-missing';
  }
}

/** The newest version of a connection is its CURRENT one, and no other; a removed connection has none. A reference in use is bound to where it leads. */
async function alteredStates({ store }: Services, chain: readonly [Version, ...Version[]]): Promise<readonly Finding[]> {
  const [{ connectionId, projectId }] = chain;
  let connection: Connection | null;
  try {
    connection = await store.read.connections.find({ projectId, integrationIds: null }, connectionId);
  } catch (error) {
    if (!isOfRow(error)) throw error;
    // It is named among the rows that were altered, and says nothing of its versions.
    return [];
  }
  return chain
    .filter(({ version, label, reference, boundTo }, index) => {
      const expected = index === chain.length - 1 ? connection : null;
      if (label !== 'CURRENT' || expected === null) return (label === 'CURRENT') !== (expected !== null);
      return expected.currentVersion !== version || (expected.isActive && reference !== null && boundTo === null);
    })
    .map(({ version }) => ({ connectionId, version, problem: 'state-altered' }));
}

async function* shutChanges(services: Services): AsyncIterable<readonly Finding[]> {
  for (let after: Change | null = null; ; ) {
    const page: readonly Change[] = await services.store.read.changes.scanOpen(after, PAGE);
    const shut: Finding[] = [];
    for (const change of page)
      if ((await whyShut(services, change)) === 'does-not-open')
        shut.push({ connectionId: change.connectionId, version: change.baseVersion ?? 0, problem: 'change-does-not-open' });
    yield shut;
    after = page.at(-1) ?? null;
    if (after === null) return;
  }
}

/** Every row that is signed, of every table, however it was altered. */
async function* alteredRows({ store }: Services): AsyncIterable<readonly Finding[]> {
  const { integrity } = store.read;
  const pacer = createPacer();
  const asFinding = (row: AlteredRow): Finding => ({ connectionId: '', version: 0, ...row });
  for (const table of await integrity.tables()) {
    let after: readonly unknown[] | null = null;
    do {
      const page: Awaited<ReturnType<typeof integrity.scan>> = await integrity.scan(table, after, PAGE);
      yield page.found.map(asFinding);
      after = page.next;
      await pacer.pause();
    } while (after !== null);
  }
  yield (await integrity.lost()).map(asFinding);
}
