import type { Finding } from '../../domain/audit/finding.ts';
import type { Connection, SealedContent, Version } from '../../domain/connection/connection.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { isConfigAltered, isContentAltered, isDestructionAltered, isLabelAltered, isNumbered } from '../../domain/version/version-check.ts';
import { gapBetween } from '../../domain/version/version-gap.ts';
import { compareWithAudit } from '../audit/compare-with-audit.ts';
import type { Services } from '../services.ts';
import { addFindings, type Examined, isOfRow, openingFailure } from './examination.ts';

/** Looks at versions in their order; `behind` is the one after the last of them, which tells whether that is its connection's newest. */
export async function examineVersions(examined: Examined, rows: readonly Version[], behind: Version | null): Promise<void> {
  const { services, pacer, counts } = examined;
  let before: Version | null = null;
  for (const [index, version] of rows.entries()) {
    const { connectionId } = version;
    before = index === 0 ? await services.store.read.versions.before(connectionId, version.version) : before;
    if (before?.connectionId !== connectionId) before = null;
    const isNewest = (rows[index + 1] ?? behind)?.connectionId !== connectionId;
    const problems = await problemsOf(examined, version, before, isNewest);
    addFindings(
      examined,
      problems.map((problem) => ({ connectionId, version: version.version, problem })),
    );
    counts.versions += 1;
    if (version.destroyedAt === null && !problems.some((problem) => problem === 'does-not-open' || problem === 'connector-missing'))
      counts.opened += 1;
    before = version;
    await pacer.pause();
  }
  for (const versions of byConnection(rows)) addFindings(examined, await compareWithAudit(services, versions, examined));
}

function byConnection(rows: readonly Version[]): readonly [Version, ...Version[]][] {
  const groups: [Version, ...Version[]][] = [];
  for (const version of rows) {
    const group = groups.at(-1);
    if (group?.[0].connectionId === version.connectionId) group.push(version);
    else groups.push([version]);
  }
  return groups;
}

/** A row that was altered in any way is named, and the others are still examined. */
async function problemsOf(...asked: Parameters<typeof problemsIn>): Promise<readonly Finding['problem'][]> {
  try {
    return await problemsIn(...asked);
  } catch (error) {
    if (isOfRow(error)) return ['config-altered'];
    throw error;
  }
}

async function problemsIn(
  examined: Examined,
  version: Version,
  before: Version | null,
  isNewest: boolean,
): Promise<readonly Finding['problem'][]> {
  const { services, restores } = examined;
  const problems: Finding['problem'][] = [];
  if (!isNumbered(version, before, before === null ? 0 : gapBetween(restores, before.createdAt, version.createdAt))) problems.push('gap');
  if (isConfigAltered(version)) problems.push('config-altered');
  if (!(await isLinked(examined, version, before))) problems.push('mac-broken');
  const content = await contentOf(services, version);
  if (content === 'altered' || isContentAltered(version, content)) problems.push('content-altered');
  if (isDestructionAltered(version, content === 'altered' ? null : content) || (await hasOtherLabel(services, version, isNewest)))
    problems.push('state-altered');
  const failure = version.destroyedAt === null ? await openingFailure(services, version) : null;
  if (failure !== null) problems.push(failure);
  return problems;
}

async function contentOf({ store }: Services, { contentId, projectId }: Version): Promise<SealedContent | null | 'altered'> {
  try {
    return contentId === null ? null : await store.read.contents.find({ projectId }, contentId);
  } catch (error) {
    if (!isOfRow(error)) throw error;
    return 'altered';
  }
}

/** By the MAC of the version before, or by one that the signed audit says it had before it was sealed anew. */
async function isLinked({ services, sealsOf }: Examined, version: Version, before: Version | null): Promise<boolean> {
  try {
    const keys = await services.vault.forProject(version.projectId, version.keyGeneration);
    const fits = (previousMac: Buffer) => keys.versionMac({ ...version, previousMac }, version.keyGeneration).equals(version.rowMac);
    if (fits(before?.rowMac ?? Buffer.alloc(0))) return true;
    if (before === null) return false;
    const seals = await sealsOf(version.connectionId);
    return (await seals.former(before.version, before.rowMac.toString('hex'))).some((mac) => fits(Buffer.from(mac, 'hex')));
  } catch (error) {
    // A generation of the key that was never made.
    if (error instanceof DomainError && error.code === 'INTEGRITY') return false;
    throw error;
  }
}

async function hasOtherLabel({ store }: Services, version: Version, isNewest: boolean): Promise<boolean> {
  const { connectionId, projectId } = version;
  let connection: Connection | null = null;
  try {
    connection = isNewest ? await store.read.connections.find({ projectId, integrationIds: null }, connectionId) : null;
  } catch (error) {
    if (!isOfRow(error)) throw error;
    // It is named among the rows that were altered, and says nothing of its versions.
    return false;
  }
  return isLabelAltered(version, connection);
}
