import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transformSync } from 'rolldown/utils';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = new Set(['node_modules', '.git', 'data', 'coverage']);
/** A process of tests leaves stores, databases and memory behind. */
const MOST_RUNS = 25;
const LONGEST_END_MS = 60_000;

/** A copy of the tree in which bugs are seeded, one at a time. */
export async function createWorkshop() {
  const copy = mkdtempSync(join(tmpdir(), 'changeover-mutation-'));
  cpSync(root, copy, { recursive: true, filter: (from) => !LEFT_OUT.has(relative(root, from).split('/')[0]) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // A bug may leave an import or a variable unused, or two types apart: it is to be seen by tests.
  const config = JSON.parse(readFileSync(join(copy, 'tsconfig.build.json'), 'utf8'));
  config.compilerOptions.noCheck = true;
  writeFileSync(join(copy, 'tsconfig.build.json'), JSON.stringify(config));
  await build(copy);
  const changed = new Set();
  let tests = null;

  return {
    copy,
    /** Returns what takes the bug out again. */
    seed({ file, within = '', before, after }) {
      const whole = readFileSync(join(copy, file), 'utf8');
      const at = whole.indexOf(before, whole.indexOf(within));
      if (at === -1) throw new Error(`the text does not stand in ${file}`);
      const text = whole.slice(0, at) + after + whole.slice(at + before.length);
      // Worker threads run what is compiled.
      const compiledFile = file.replace(/^src\//, 'build/').replace(/\.ts$/, '.js');
      const compiled = readFileSync(join(copy, compiledFile), 'utf8');
      writeFileSync(join(copy, compiledFile), compiledFrom(file, text));
      writeFileSync(join(copy, file), text);
      changed.add(file);
      return () => {
        writeFileSync(join(copy, compiledFile), compiled);
        writeFileSync(join(copy, file), whole);
        changed.add(file);
      };
    },
    /** What `verdictOf` says, or `late` when there is no end after `longestMs`: a bug may keep a test waiting for ever. */
    async run(files, { name, bail = true, longestMs }) {
      if (runsBundles(copy, files)) {
        const problem = await build(copy).catch((error) => String(error.stderr ?? error));
        if (problem !== undefined) return { outcome: 'broken', by: `the build stopped: ${problem.slice(-200)}` };
      }
      if (tests?.runs >= MOST_RUNS) tests = await tests.end();
      tests ??= await startTests(copy);
      const verdict = await tests.run({ files, name, bail, changed: [...changed] }, longestMs);
      changed.clear();
      if (tests.isGone()) tests = null;
      return verdict;
    },
    async close() {
      await tests?.end();
      rmSync(copy, { recursive: true, force: true });
    },
  };
}

async function build(copy) {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: copy });
}

/** As tsc does, which takes longer for this one file than most tests do. */
function compiledFrom(file, text) {
  const options = { lang: 'ts', target: 'es2023', typescript: { onlyRemoveTypeImports: true, rewriteImportExtensions: 'rewrite' } };
  const { code, errors } = transformSync(file, text, options);
  if (errors.length > 0) throw new Error(`${file} does not compile: ${errors[0].message}`);
  return code;
}

/** Whether one of the tests, or what it imports from `test`, names a file of `dist` or a script. Bundling takes longer than most tests. */
function runsBundles(copy, files) {
  const seen = new Set();
  const queue = files.flatMap((path) => testsBelow(join(copy, path)));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    if (/['"`/](?<!ajv\/)dist\b|\bscripts\/|['"]npm['"]/.test(text)) return true;
    for (const [, to] of text.matchAll(/['"](\.{1,2}\/[^'"\n]+\.ts)['"]/g)) {
      const imported = resolve(dirname(path), to);
      if (imported.startsWith(join(copy, 'test/')) && statSync(imported, { throwIfNoEntry: false })?.isFile()) queue.push(imported);
    }
  }
  return false;
}

function testsBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true }).flatMap((name) => (name.endsWith('.test.ts') ? [join(path, name)] : []));
}

async function startTests(copy) {
  const child = fork(join(copy, 'test/mutation/test-process.mjs'), [copy, join(copy, 'mutation-compiled')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // With all that it starts.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-2000)));
  const left = once(child, 'exit').then(() => ({ outcome: 'broken', by: output.trim().split('\n').slice(-3).join(' | ') }));
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  const answer = () => Promise.race([once(child, 'message').then(([message]) => message), left]);
  const kill = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    return left;
  };
  const started = await answer();
  if (started !== 'ready') throw new Error(`Vitest does not start: ${started.by}`);

  const tests = {
    runs: 0,
    isGone,
    async run(message, longestMs) {
      tests.runs += 1;
      let timer;
      const late = new Promise((resolve) => {
        timer = setTimeout(() => resolve({ outcome: 'late', by: 'no end' }), longestMs);
      });
      child.send(message);
      const verdict = await Promise.race([answer(), late]);
      clearTimeout(timer);
      if (verdict.outcome === 'late') await kill();
      return verdict;
    },
    async end() {
      if (!isGone()) {
        child.send('end');
        const timer = setTimeout(kill, LONGEST_END_MS);
        await left;
        clearTimeout(timer);
      }
      await kill();
      return null;
    },
  };
  return tests;
}
