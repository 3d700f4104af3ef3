import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type ExamineStoreQuery, examineStore, listAudit, type VerifyAuditQuery, verifyAudit } from '../documents/documents.ts';
import { findByName } from '../gateway/find-by-name.ts';
import { patientGateway } from '../gateway/patient-gateway.ts';
import { nodesOf } from '../gateway/present.ts';
import type { Gateway } from '../gateway/transport.ts';
import { print, shortTime, table } from '../output/output.ts';
import { UsageError } from '../usage-error.ts';
import { type Anchor, addArchiveCommand, type Verification, verifyArchive } from './audit-archive.ts';
import { collect, gatewayCommand, plain, wholeNumber } from './shared.ts';

type Examination = Omit<ExamineStoreQuery['storeExamination'], 'next'>;

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('the log of who did what');
  addList(audit);
  gatewayCommand<{ anchors?: string; archive?: string }>(
    audit,
    'verify',
    'check every row, the chain and the anchors; exit 1 if something is wrong',
    (command) =>
      command
        .option('--anchors <file>', 'a file of anchors, as CHANGEOVER_AUDIT_ANCHOR_FILE collects them')
        .option('--archive <folder>', 'what `audit archive` has written: verified too, up to where the store begins'),
    async (asked, output, { anchors: file, archive }) => {
      const gateway = patientGateway(asked);
      const anchors = file === undefined ? [] : readAnchors(file);
      const verified = await verifyStored(gateway, anchors);
      const archived = archive === undefined ? null : await verifyArchive(gateway, archive, anchors, verified);
      const found = [...(archived?.findings ?? []), ...verified.findings];
      const ok = verified.ok && (archived === null || archived.findings.length === 0);
      print(output, { ...verified, ok, findings: found, ...(archived === null ? {} : { archivedRows: archived.rows }) }, () => [
        ok
          ? `The audit is whole: ${verified.rows} rows, ${verified.sealed} sealed, head ${verified.headSeq ?? 0}.`
          : 'The audit is NOT whole:',
        ...(verified.archivedThrough === null
          ? []
          : [
              archived === null
                ? `Rows up to ${verified.archivedThrough} were archived and cut; verify them with --archive <folder>.`
                : `Rows up to ${verified.archivedThrough} were archived and cut; the archive holds ${archived.rows}.`,
            ]),
        ...found.map(({ kind, seq, rowId }) => `  ${kind} at ${seq ?? '-'} (${rowId ?? '-'})`),
      ]);
      if (!ok) process.exitCode = 1;
    },
  );
  addArchiveCommand(audit);
  gatewayCommand(program, 'doctor', 'prove that every stored version opens; exit 1 if one does not', plain, async (gateway, output) => {
    const storeExamination = await examine(patientGateway(gateway));
    print(output, storeExamination, () => [
      storeExamination.ok
        ? `The store is whole: ${storeExamination.versions} versions, ${storeExamination.opened} opened.`
        : 'Something is wrong; restore these connections from a backup, or give them their credentials again:',
      ...(storeExamination.rotation === null
        ? []
        : [
            `A rotation of the master key from ${storeExamination.rotation.fromKid} to ${storeExamination.rotation.toKid} is half done, with ${storeExamination.rotation.remaining} keys to go. Either key opens the store; finish it: changeover rekey --new-key-file <file>`,
          ]),
      ...storeExamination.restores.map(
        ({ at, headSeq, anchorSeq, versionGap }) =>
          `Restored from a backup, found out at ${shortTime(at)}: audit rows ${headSeq + 1} to ${anchorSeq} and later are lost, and so are the versions that came with them. New versions leave ${versionGap} numbers out.`,
      ),
      ...storeExamination.findings.map(({ connectionId, version, problem, table, rowId }) =>
        table === null ? `  ${connectionId} version ${version}: ${problem}` : `  ${table} ${rowId ?? '-'}: ${problem}`,
      ),
    ]);
    if (!storeExamination.ok) process.exitCode = 1;
  });
}

/** Page by page, because one request for a long log would exceed its deadline. Only the newest 500 anchors are sent. */
async function verifyStored(gateway: Gateway, anchors: readonly Anchor[]): Promise<Verification> {
  const sum = { ok: true, rows: 0, sealed: 0, headSeq: null, headHash: null, archivedThrough: null, archivedHead: null, findings: [] };
  let verified: Verification = sum;
  let after: string | null = '';
  while (after !== null) {
    const answer: VerifyAuditQuery = await gateway.run(verifyAudit, { anchors: anchors.slice(-500), after });
    const { next, ...piece } = answer.auditVerification;
    verified = {
      ok: verified.ok && piece.ok,
      rows: verified.rows + piece.rows,
      sealed: verified.sealed + piece.sealed,
      headSeq: piece.headSeq ?? verified.headSeq,
      headHash: piece.headHash ?? verified.headHash,
      archivedThrough: piece.archivedThrough,
      archivedHead: piece.archivedHead,
      findings: [...verified.findings, ...piece.findings].slice(0, 200),
    };
    after = next;
  }
  return verified;
}

/** Also page by page. */
async function examine(gateway: Gateway): Promise<Examination> {
  let examined: Examination = { ok: true, versions: 0, opened: 0, rotation: null, restores: [], findings: [] };
  let after: string | null = '';
  while (after !== null) {
    const answer: ExamineStoreQuery = await gateway.run(examineStore, { after });
    const { next, ...piece } = answer.storeExamination;
    examined = {
      ...piece,
      ok: examined.ok && piece.ok,
      versions: examined.versions + piece.versions,
      opened: examined.opened + piece.opened,
      findings: [...examined.findings, ...piece.findings].slice(0, 100),
    };
    after = next;
  }
  return examined;
}

function readAnchors(file: string): readonly Anchor[] {
  if (!existsSync(file))
    throw new UsageError(
      `There is no ${file}: a gateway with CHANGEOVER_AUDIT_ANCHOR_FILE makes it in its first minute, when there is something to anchor.`,
    );
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const { seq, head } = JSON.parse(line) as Anchor;
        return { seq, head };
      });
  } catch {
    throw new UsageError('The file of anchors cannot be read; it holds one JSON object with seq and head on each line.');
  }
}

function addList(audit: Command): void {
  gatewayCommand<{ connection?: string; action?: readonly string[]; first: number }>(
    audit,
    'list',
    'what was done, newest first; needs an owner',
    (command) =>
      command
        .option('--connection <connection>', 'to one connection, by its id or name')
        .option('--action <action>', 'such as connection.update; repeat for more', collect)
        .option('--first <rows>', 'how many', wholeNumber('--first', 1, 100), 50),
    async (gateway, output, { connection, action, first }) => {
      const entityId = connection === undefined ? null : await findByName(gateway, 'connection', connection);
      const { auditLog } = await gateway.run(listAudit, { first, filter: { entityId, actions: action ?? null } });
      const rows = nodesOf(auditLog);
      print(output, rows, () =>
        table(
          ['AT', 'ACTION', 'ON', 'BY', 'DETAILS'],
          rows.map((row) => [shortTime(row.at), row.action, `${row.entity} ${row.entityId ?? ''}`.trim(), row.actorName, row.details]),
        ),
      );
    },
  );
}
