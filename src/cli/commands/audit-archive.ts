import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import {
  type AuditAnchorInput,
  cutAudit,
  type ReadAuditSegmentQuery,
  readAuditSegment,
  type VerifyAuditQuery,
  verifyAuditSegment,
} from '../documents/documents.ts';
import { patientGateway } from '../gateway/patient-gateway.ts';
import { required } from '../gateway/present.ts';
import type { Gateway } from '../gateway/transport.ts';
import { print } from '../output/output.ts';
import { UsageError } from '../usage-error.ts';
import { gatewayCommand, wholeNumber } from './shared.ts';

export type Anchor = AuditAnchorInput;
export type Verification = Omit<VerifyAuditQuery['auditVerification'], 'next'>;
type AuditFinding = Verification['findings'][number];
type Segment = NonNullable<ReadAuditSegmentQuery['auditSegment']>;

const DAY_MS = 24 * 60 * 60 * 1000;
/** Rows of one file, which ends with the segment that reaches them. */
const ROWS_A_FILE = 50_000;
const FILE = /^audit-(\d{12})-(\d{12})\.jsonl$/;
const START = '00'.repeat(32);

export function addArchiveCommand(audit: Command): void {
  gatewayCommand<{ to: string; olderThan: number; cut?: boolean }>(
    audit,
    'archive',
    'write older rows to signed files and, with --cut, take them out of the store',
    (command) =>
      command
        .requiredOption('--to <folder>', 'where the files are kept; each run goes on where the last one ended')
        .option('--older-than <days>', 'rows that are older than this: 2 to 3650 days', wholeNumber('--older-than', 2, 3650), 90)
        .option('--cut', 'then cut them from the store, all but those that prove what is stored'),
    async (asked, output, { to, olderThan, cut }) => {
      const gateway = patientGateway(asked);
      mkdirSync(to, { recursive: true, mode: 0o700 });
      const rows = await writeFiles(gateway, to, new Date(Date.now() - olderThan * DAY_MS).toISOString());
      const last = await lastSegment(to);
      const through = cut === true && last !== null ? await cutThrough(gateway, last) : null;
      print(output, { archived: rows, through: last?.through ?? 0, cutThrough: through }, () => [
        `Archived ${rows} rows; the files in ${to} reach row ${last?.through ?? 0}.`,
        ...(through === null ? [] : [`Rows up to ${through} are cut from the store. Keep the files: audit verify --archive ${to}`]),
      ]);
    },
  );
}

async function writeFiles(gateway: Gateway, folder: string, before: string): Promise<number> {
  let rows = 0;
  for (let after = filesIn(folder).at(-1)?.through ?? 0; ; ) {
    const draft = join(folder, 'audit.partial');
    rmSync(draft, { force: true });
    const written = await writeFile(gateway, draft, after, before);
    if (written === null) return rows;
    const name = [written.from, written.through].map((seq) => String(seq).padStart(12, '0')).join('-');
    renameSync(draft, join(folder, `audit-${name}.jsonl`));
    syncFolder(folder);
    rows += written.rows;
    after = written.through;
  }
}

/** One file of segments, one a line; null where there are no rows. It takes its name when it is whole. */
async function writeFile(gateway: Gateway, file: string, begin: number, before: string) {
  const descriptor = openSync(file, 'wx', 0o600);
  const segments: Pick<Segment, 'from' | 'through'>[] = [];
  let rows = 0;
  try {
    for (let after = begin; rows < ROWS_A_FILE; ) {
      const { auditSegment }: ReadAuditSegmentQuery = await gateway.run(readAuditSegment, { after, before });
      if (auditSegment === null) break;
      writeSync(descriptor, `${JSON.stringify(auditSegment)}\n`);
      segments.push({ from: auditSegment.from, through: auditSegment.through });
      rows += auditSegment.rows.length;
      after = auditSegment.through;
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
    if (rows === 0) rmSync(file, { force: true });
  }
  const [first, last] = [segments[0], segments.at(-1)];
  return first === undefined || last === undefined ? null : { from: first.from, through: last.through, rows };
}

async function cutThrough(gateway: Gateway, { through, head }: Segment): Promise<number> {
  for (;;) {
    const cut = required((await gateway.run(cutAudit, { through, head })).cutAudit);
    if (cut.finished) return cut.through;
  }
}

/** Verifies the files of an archive, one after the other, and that the store begins where they lead. */
export async function verifyArchive(
  gateway: Gateway,
  folder: string,
  anchors: readonly Anchor[],
  { archivedThrough, archivedHead }: Verification,
): Promise<{ readonly rows: number; readonly findings: readonly AuditFinding[] }> {
  if (!existsSync(folder)) throw new UsageError('The folder of --archive does not exist.');
  const known = new Map(anchors.map(({ seq, head }) => [seq, head]));
  if (archivedThrough !== null && archivedHead !== null) known.set(archivedThrough, archivedHead);
  const findings: AuditFinding[] = [];
  let rows = 0;
  let end = { through: 0, head: START };
  for await (const segment of segmentsIn(folder)) {
    if (segment.from !== end.through + 1) findings.push({ kind: 'missing', seq: end.through + 1, rowId: null });
    else if (segment.previous !== end.head) findings.push({ kind: 'edited', seq: segment.from, rowId: null });
    const { auditSegmentFindings } = await gateway.run(verifyAuditSegment, { segment });
    findings.push(...auditSegmentFindings, ...unanchored(segment, known));
    rows += segment.rows.length;
    end = segment;
    if (findings.length > 200) break;
  }
  // The store must begin where the files end.
  if (archivedThrough !== null && end.through < archivedThrough) findings.push({ kind: 'truncated', seq: archivedThrough, rowId: null });
  return { rows, findings: findings.slice(0, 200) };
}

function unanchored({ rows }: Segment, known: ReadonlyMap<number, string>): readonly AuditFinding[] {
  return rows.flatMap((text) => {
    const row = parse<{ readonly id: string; readonly seq: number; readonly chainHash: string }>(text);
    const head = row === null ? undefined : known.get(row.seq);
    return row === null || head === undefined || head === row.chainHash ? [] : [{ kind: 'unanchored', seq: row.seq, rowId: row.id }];
  });
}

async function lastSegment(folder: string): Promise<Segment | null> {
  let last: Segment | null = null;
  const file = filesIn(folder).at(-1);
  if (file !== undefined) for await (const segment of linesOf(join(folder, file.name))) last = segment;
  return last;
}

async function* segmentsIn(folder: string): AsyncIterable<Segment> {
  for (const { name } of filesIn(folder)) yield* linesOf(join(folder, name));
}

async function* linesOf(file: string): AsyncIterable<Segment> {
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
    const segment = parse<Segment>(line);
    if (segment === null || !Array.isArray(segment.rows)) throw new UsageError(`${file} holds a line that is no segment of an audit.`);
    yield segment;
  }
}

function filesIn(folder: string): readonly { readonly name: string; readonly from: number; readonly through: number }[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const match = FILE.exec(name);
      return match === null ? [] : [{ name, from: Number(match[1]), through: Number(match[2]) }];
    })
    .sort((a, b) => a.from - b.from);
}

/** Parses the text of a file. The gateway verifies what it says. */
function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
