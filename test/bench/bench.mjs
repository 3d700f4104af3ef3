// npm run bench [-- listing|lists|cycles|growth ...] [--json] [--write]: every figure beside what it is compared with, in one run. `--write` puts
// the answer, with a plot of each, into docs/reference/performance.md.
import { cpus } from 'node:os';
import { measureCycles } from './cycles.mjs';
import { measureGrowth } from './growth.mjs';
import { measureListing } from './listing.mjs';
import { measureLongLists } from './long-lists.mjs';
import { printReport } from './report/print-report.mjs';
import { writeReport } from './report/write-report.mjs';

const say = (line) => process.stderr.write(`${line}\n`);
const MEASURES = {
  listing: () => measureListing({ rounds: 9, say }),
  lists: () => measureLongLists({ rounds: 5, say }),
  cycles: () => measureCycles({ rounds: 5, say }),
  growth: () => measureGrowth({ sizes: [1_000, 100_000], say }),
};

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('--'));
const unknown = wanted.filter((name) => !Object.hasOwn(MEASURES, name));
if (unknown.length > 0) {
  say(`There is no benchmark "${unknown.join(', ')}". There are: ${Object.keys(MEASURES).join(', ')}.`);
  process.exit(2);
}

const results = {};
for (const [name, measure] of Object.entries(MEASURES)) if (wanted.length === 0 || wanted.includes(name)) results[name] = await measure();
const report = { machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`, results };
if (args.includes('--json')) console.log(JSON.stringify(report));
else printReport(report);
if (args.includes('--write')) writeReport(report);
