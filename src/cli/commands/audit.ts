import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { print } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import { gatewayCommand, plain } from './shared.ts';

interface Verification {
  readonly ok: boolean;
  readonly rows: number;
  readonly sealed: number;
  readonly headSeq: number | null;
  readonly headHash: string | null;
  readonly findings: readonly { readonly kind: string; readonly seq: number | null; readonly rowId: string | null }[];
}

interface Examination {
  readonly ok: boolean;
  readonly versions: number;
  readonly opened: number;
  readonly rotation: { readonly fromKid: string; readonly toKid: string; readonly remaining: number } | null;
  readonly findings: readonly { readonly connectionId: string; readonly version: number; readonly problem: string }[];
}

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('the log of who did what');
  gatewayCommand<{ anchors?: string }>(
    audit,
    'verify',
    'check every row, the chain and the anchors; exit 1 if something is wrong',
    (command) => command.option('--anchors <file>', 'a file of anchors, as CHANGEOVER_AUDIT_ANCHOR_FILE collects them'),
    async (gateway, output, { anchors }) => {
      const { auditVerification } = await gateway.run<{ auditVerification: Verification }>(
        'query ($anchors: [AuditAnchorInput!]) { auditVerification(anchors: $anchors) { ok rows sealed headSeq headHash findings { kind seq rowId } } }',
        { anchors: anchors === undefined ? null : readAnchors(anchors) },
      );
      print(output, auditVerification, () => [
        auditVerification.ok
          ? `The audit is whole: ${auditVerification.rows} rows, ${auditVerification.sealed} sealed, head ${auditVerification.headSeq ?? 0}.`
          : 'The audit is NOT whole:',
        ...auditVerification.findings.map(({ kind, seq, rowId }) => `  ${kind} at ${seq ?? '-'} (${rowId ?? '-'})`),
      ]);
      if (!auditVerification.ok) process.exitCode = 1;
    },
  );
  gatewayCommand(program, 'doctor', 'prove that every stored version opens; exit 1 if one does not', plain, async (gateway, output) => {
    const { storeExamination } = await gateway.run<{ storeExamination: Examination }>(
      '{ storeExamination { ok versions opened rotation { fromKid toKid remaining } findings { connectionId version problem } } }',
    );
    print(output, storeExamination, () => [
      storeExamination.ok
        ? `The store is whole: ${storeExamination.versions} versions, ${storeExamination.opened} opened.`
        : 'Something is wrong; restore these connections from a backup, or give them their credentials again:',
      ...(storeExamination.rotation === null
        ? []
        : [
            `A rotation of the master key from ${storeExamination.rotation.fromKid} to ${storeExamination.rotation.toKid} is half done, with ${storeExamination.rotation.remaining} keys to go. Either key opens the store; finish it: changeover rekey --new-key-file <file>`,
          ]),
      ...storeExamination.findings.map(({ connectionId, version, problem }) => `  ${connectionId} version ${version}: ${problem}`),
    ]);
    if (!storeExamination.ok) process.exitCode = 1;
  });
}

/** The newest anchors of a file of JSON lines; at most 500 are sent. */
function readAnchors(file: string): readonly { readonly seq: number; readonly head: string }[] {
  try {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    return lines.slice(-500).map((line) => {
      const { seq, head } = JSON.parse(line) as { readonly seq: number; readonly head: string };
      return { seq, head };
    });
  } catch {
    throw new UsageError('The file of anchors cannot be read; it holds one JSON object with seq and head on each line.');
  }
}
