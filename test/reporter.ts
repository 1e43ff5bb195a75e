// Ends every run with one line that a script can read: `N passed, N failed, N skipped`, the skipped ones named above it.

import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const text = closingLines(modules, unhandledErrors.length).join('\n');
    // Other reporters may still write after this hook; at exit nothing does.
    process.once('exit', () => process.stdout.write(`\n${text}\n`));
  }
}

function closingLines(modules: readonly TestModule[], unhandledErrorCount: number): readonly string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const states = tests.map((test) => test.result().state);
  const passed = states.filter((state) => state === 'passed').length;
  const skipped = tests.filter((test) => test.result().state === 'skipped');
  // What broke outside a test (a file that does not load, a hook, a stray rejection) must not close as "0 failed".
  const broken = modules.flatMap((module) => [module, ...module.children.allSuites()]).filter(hasErrors);
  const failed = states.filter((state) => state === 'failed').length + broken.length + unhandledErrorCount;

  return [
    ...skipped.map((test) => `skipped: ${nameOf(test)}${noteOf(test)}`),
    ...broken.map((part) => `failed outside a test: ${placeOf(part)}`),
    ...(unhandledErrorCount > 0 ? [`failed outside a test: ${unhandledErrorCount} unhandled errors`] : []),
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
}

function hasErrors(part: TestModule | TestSuite): boolean {
  return part.errors().length > 0;
}

function placeOf(part: TestModule | TestSuite): string {
  return part.type === 'module' ? part.relativeModuleId : `${part.module.relativeModuleId} > ${part.fullName}`;
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function noteOf(test: TestCase): string {
  const result = test.result();
  return result.state === 'skipped' && result.note !== undefined ? ` (${result.note})` : '';
}
