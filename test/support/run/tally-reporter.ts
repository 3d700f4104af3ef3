import type { Reporter, TestModule } from 'vitest/node';

/** The last line of the suite's output, which .ci/run adds up. A file that could not be loaded counts as a failure. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    console.log(`${passed} passed, ${tests.length - passed + broken} failed`);
  }
}
