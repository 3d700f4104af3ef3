// A process that keeps Vitest alive in a copy of the tree, with all that it has transformed, and answers each message with what came out of the tests
// that the message names. The tests themselves run in processes of their own, new ones for each message.
import { join } from 'node:path';
import { createVitest } from 'vitest/node';

/** What `npm test` runs. */
const PROJECTS = ['shared', 'isolated'];

const [copy, cache] = process.argv.slice(2);
process.chdir(copy);
const vitest = await createVitest('test', {
  root: copy,
  project: PROJECTS,
  watch: false,
  maxWorkers: 1,
  reporters: [{}],
  // The next process starts with what this one has transformed.
  experimental: { fsModuleCache: true, fsModuleCachePath: cache },
});

process.on('message', async (message) => {
  if (message === 'end') {
    await vitest.close();
    process.exit();
  }
  try {
    process.send(await run(message));
  } catch (error) {
    process.send({ outcome: 'broken', by: String(error) });
  }
});
process.on('disconnect', () => process.exit(1));
process.send('ready');

/** Runs the tests of `files`, or those whose names fit `name`. `changed` are the files that were written since the last run. */
async function run({ files, name, bail, changed }) {
  for (const path of changed) vitest.invalidateFile(join(copy, path));
  // Failures of earlier runs would count for `bail`.
  vitest.state.filesMap.clear();
  vitest.state.idMap.clear();
  for (const { config } of [vitest, ...vitest.projects]) config.bail = bail ? 1 : 0;
  vitest.setGlobalTestNamePattern(name ?? '');
  const wanted = files.map((path) => join(copy, path));
  const specifications = (await vitest.globTestSpecifications(files)).filter(({ moduleId }) =>
    wanted.some((path) => moduleId.startsWith(path)),
  );
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  return verdictOf(testModules, unhandledErrors);
}

/**
 * `killed` when a test failed, `survived` when all passed, `broken` when nothing could be said. `by` names the first that failed, `why` is the first line
 * of what it said, and `isSure` is whether that was an assertion: all else may be no more than a time that ran out on a machine that is too busy.
 */
function verdictOf(modules, unhandledErrors) {
  const failed = modules.find((module) => module.state() === 'failed');
  if (failed !== undefined) {
    const [test] = failed.children.allTests('failed');
    // A suite that does not come as far as its tests, since the product does not even start.
    const suites = [failed, ...failed.children.allSuites()];
    const [error] = test?.result().errors ?? suites.flatMap((suite) => suite.errors());
    const why = lineOf(error);
    return { outcome: 'killed', by: test?.fullName ?? failed.relativeModuleId, why, isSure: /^AssertionError: (?!.*in time)/.test(why) };
  }
  if (unhandledErrors.length > 0) return { outcome: 'killed', by: 'outside of a test', why: lineOf(unhandledErrors[0]), isSure: false };
  const passed = modules.flatMap((module) => [...module.children.allTests('passed')]);
  if (passed.length === 0) return { outcome: 'broken', by: 'no test has that name' };
  if (modules.some((module) => module.state() === 'pending' || module.state() === 'queued'))
    return { outcome: 'broken', by: 'it was interrupted' };
  return { outcome: 'survived', by: null };
}

function lineOf(error) {
  const { name = 'Error', message = String(error) } = error ?? {};
  return `${name}: ${message}`.split('\n')[0].slice(0, 200);
}
