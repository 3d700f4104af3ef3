// Seeds one bug after the other into a copy of the tree and runs the tests that have to see it.
//   --only <text>[,<text>]   mutants whose id or file holds one of the texts
//   --json <file>            also writes what came out, for machines
//   --log <file>             adds a line for each mutant as it ends, and does not try again what has its line there: a run can be interrupted
//   --jobs <n>               copies to work in at the same time; 1 unless given
//   --narrow                 the named tests alone, without the wider set that a survivor is tried on
//   --no-baseline            does not first see the named tests pass without a bug
// Exits with 1 when fewer than 90 % are killed, a mutant no longer fits its file, or tests fail by themselves.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTANTS, misfits } from './mutants.mjs';
import { createWorkshop } from './workshop.mjs';

/** Of those that are not equivalent to what they replace. */
const LEAST_KILLED = 0.9;
/** What a survivor of its named tests is tried on, by the area it lies in. */
const WIDER = {
  domain: ['test/domain', 'test/operations'],
  operations: ['test/operations', 'test/server/plugins/access.test.ts', 'test/graphql'],
  crypto: ['test/crypto', 'test/operations'],
  egress: ['test/egress', 'test/connectors', 'test/secrets'],
  store: ['test/store', 'test/operations'],
  others: ['test/operations', 'test/secrets', 'test/server/', 'test/admission'],
};
/** Named tests take seconds. */
const LONGEST_NAMED_MS = 10 * 60_000;
/** The wider sets, and all named tests without a bug, take minutes on a machine that is idle. */
const LONGEST_ALL_MS = 60 * 60_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    log: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    narrow: { type: 'boolean', default: false },
    'no-baseline': { type: 'boolean', default: false },
  },
});
const wanted = values.only?.split(',');
const chosen = MUTANTS.filter(({ id, file }) => wanted === undefined || wanted.some((text) => id.includes(text) || file.includes(text)));
const unfit = misfits(chosen);
for (const text of unfit) console.error(`does not fit: ${text}`);
const equivalent = chosen.filter((mutant) => mutant.equivalent !== undefined);
const usable = chosen.filter((mutant) => mutant.equivalent === undefined && !unfit.some((text) => text.startsWith(`${mutant.id}:`)));

const results = usable.flatMap(({ id }) => loggedBefore(values.log).find((line) => line.id === id) ?? []);
const untried = usable.filter(({ id }) => !results.some((result) => result.id === id));

const workshops = await Promise.all(Array.from({ length: Math.min(Number(values.jobs), untried.length) }, () => createWorkshop()));
let failure = null;
try {
  if (!values['no-baseline'] && untried.length > 0) {
    const files = [...new Set(untried.flatMap(({ tests }) => tests))];
    console.log(`without a bug: ${files.length} files`);
    const { outcome, by } = await workshops[0].run(files, { bail: false, longestMs: LONGEST_ALL_MS });
    if (outcome !== 'survived') failure = `the tests do not pass without a bug: ${outcome} ${by ?? ''}`;
  }
  const queue = failure === null ? [...untried] : [];
  await Promise.all(
    workshops.map(async (workshop) => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const result = await tried(workshop, mutant);
        results.push(result);
        if (values.log !== undefined) appendFileSync(values.log, `${JSON.stringify(result)}\n`);
        const seconds = (result.ms / 1000).toFixed(0).padStart(4);
        console.log(
          `${String(results.length).padStart(4)}/${usable.length} ${seconds} s  ${result.outcome.padEnd(9)} ${mutant.id}${result.by === null ? '' : `  (${result.by})`}`,
        );
      }
    }),
  );
} finally {
  await Promise.all(workshops.map((workshop) => workshop.close()));
}
report();

/** What could not be tried is tried again. */
function loggedBefore(file) {
  if (file === undefined || !existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line)).filter(({ outcome }) => outcome !== 'broken');
}

async function tried(workshop, mutant) {
  const began = performance.now();
  const named = () => workshop.run(mutant.tests, { name: mutant.name, longestMs: LONGEST_NAMED_MS });
  const wider = () => workshop.run(WIDER[areaOf(mutant)], { longestMs: LONGEST_ALL_MS });
  let run = await sureOf(workshop, mutant, named);
  // Somebody may see it, and not who should.
  if (run.outcome === 'survived' && !values.narrow) {
    run = await sureOf(workshop, mutant, wider);
    if (run.outcome === 'killed') run = { ...run, by: `wider: ${run.by}` };
  }
  return { id: mutant.id, area: areaOf(mutant), ...run, ms: performance.now() - began };
}

/** Tests that ended in anything but an assertion that failed have to pass without the bug, and to fail again with it. */
async function sureOf(workshop, mutant, test) {
  const first = await withBug(workshop, mutant, test);
  if (first.outcome !== 'late' && (first.outcome !== 'killed' || first.isSure)) return first;
  const without = await test();
  if (without.outcome !== 'survived')
    return { outcome: 'broken', by: `without the bug, too: ${without.outcome} ${without.by}`, why: without.why };
  const again = await withBug(workshop, mutant, test);
  return again.outcome === 'late' ? { ...again, outcome: 'killed' } : again;
}

async function withBug(workshop, mutant, test) {
  let undo;
  try {
    undo = workshop.seed(mutant);
    return await test();
  } catch (error) {
    return { outcome: 'broken', by: error.message };
  } finally {
    undo?.();
  }
}

function areaOf({ file }) {
  const [, area] = /^src\/(domain|operations|crypto|egress|store)\//.exec(file) ?? [];
  return area ?? 'others';
}

function report() {
  const killed = results.filter(({ outcome }) => outcome === 'killed');
  const survived = results.filter(({ outcome }) => outcome === 'survived');
  const broken = results.filter(({ outcome }) => outcome === 'broken');
  const score = results.length === 0 ? 1 : killed.length / results.length;
  console.log('');
  for (const area of Object.keys(WIDER)) {
    const all = results.filter((result) => result.area === area);
    if (all.length > 0) console.log(`${area.padEnd(10)} ${all.filter(({ outcome }) => outcome === 'killed').length} of ${all.length}`);
  }
  for (const { id } of survived) console.log(`survived: ${id}`);
  for (const { id, by } of broken) console.log(`could not be tried: ${id}: ${by}`);
  for (const { id, equivalent: reason } of equivalent) console.log(`equivalent: ${id}: ${reason}`);
  const text = `${killed.length} killed, ${survived.length} survived, ${equivalent.length} equivalent, ${unfit.length + broken.length} could not be tried: ${(score * 100).toFixed(1)} %`;
  console.log(failure ?? text);
  if (values.json !== undefined) {
    mkdirSync(dirname(values.json), { recursive: true });
    writeFileSync(
      values.json,
      `${JSON.stringify({ score, failure, unfit, results, equivalent: equivalent.map(({ id, equivalent: reason }) => ({ id, reason })) }, null, 2)}\n`,
    );
  }
  process.exitCode = failure === null && score >= LEAST_KILLED && unfit.length + broken.length === 0 ? 0 : 1;
}
