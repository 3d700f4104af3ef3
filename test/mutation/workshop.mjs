import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = new Set(['node_modules', '.git', 'data', 'coverage']);
/** A bug may keep a test waiting for ever. */
const LONGEST_MS = 10 * 60_000;

/** A copy of the tree in which bugs are seeded, one at a time. */
export function createWorkshop() {
  const copy = mkdtempSync(join(tmpdir(), 'changeover-mutation-'));
  cpSync(root, copy, { recursive: true, filter: (from) => !LEFT_OUT.has(relative(root, from).split('/')[0]) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // A bug may leave an import or a variable unused, or two types apart: it is to be seen by tests.
  const config = JSON.parse(readFileSync(join(copy, 'tsconfig.build.json'), 'utf8'));
  config.compilerOptions.noCheck = true;
  writeFileSync(join(copy, 'tsconfig.build.json'), JSON.stringify(config));
  const report = join(copy, 'mutation-report.json');
  const compiled = join(copy, 'mutation-compiled');

  return {
    copy,
    /** Returns what takes the bug out again. */
    seed({ file, within = '', before, after }) {
      const path = join(copy, file);
      const whole = readFileSync(path, 'utf8');
      const at = whole.indexOf(before, whole.indexOf(within));
      if (at === -1) throw new Error(`the text does not stand in ${file}`);
      writeFileSync(path, whole.slice(0, at) + after + whole.slice(at + before.length));
      return () => writeFileSync(path, whole);
    },
    /**
     * `killed` when a test failed, `survived` when all passed, `broken` when nothing could be said. `by` names the first that failed, and `why` is
     * the first line of what it said: on a machine that is too busy it may be no more than a time that ran out.
     */
    async run(files, { name, bail = true } = {}) {
      rmSync(report, { force: true });
      const args = ['node_modules/vitest/vitest.mjs', 'run', ...files, '--maxWorkers=1', '--reporter=json', `--outputFile=${report}`];
      // Most of a short run would be spent on compiling, once more, what the bug does not touch.
      args.push('--experimental.fsModuleCache', `--experimental.fsModuleCachePath=${compiled}`);
      if (bail) args.push('--bail=1');
      if (name !== undefined) args.push('-t', name);
      const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-2000)));
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        // With all that it started.
        process.kill(-child.pid, 'SIGKILL');
      }, LONGEST_MS);
      await new Promise((resolve) => child.on('close', resolve));
      clearTimeout(timer);
      if (isLate) return { outcome: 'killed', by: 'no end' };
      if (!existsSync(report)) return { outcome: 'broken', by: output.trim().split('\n').slice(-3).join(' | ') };
      return verdictOf(JSON.parse(readFileSync(report, 'utf8')));
    },
    close: () => rmSync(copy, { recursive: true, force: true }),
  };
}

function verdictOf({ numPassedTests, testResults }) {
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.find((one) => one.status === 'failed');
    if (failed !== undefined) {
      return { outcome: 'killed', by: failed.fullName, why: failed.failureMessages[0]?.split('\n')[0].slice(0, 200) };
    }
    // A suite that does not come as far as its tests, since the product does not even start.
    if (status === 'failed') return { outcome: 'killed', by: `${name.split('/').slice(-2).join('/')}: ${message.split('\n')[0]}` };
  }
  return numPassedTests === 0 ? { outcome: 'broken', by: 'no test has that name' } : { outcome: 'survived', by: null };
}
