// Sums the vitest JSON result files named as arguments into one closing line. Fails when a test failed, when a test
// file could not be run at all, or when a run left no result. What failed is named again before that line.
import { existsSync, readFileSync } from 'node:fs';

const { expected, runs } = readRuns(process.argv.slice(2));
const sum = (count) => runs.reduce((total, run) => total + count(run), 0);

const passed = sum((run) => run.numPassedTests);
const failed = sum((run) => run.numFailedTests + brokenFiles(run)) + expected - runs.length;
const skipped = sum((run) => run.numPendingTests + run.numTodoTests);

for (const name of runs.flatMap(failures)) console.log(`failed: ${name}`);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** A run that was killed leaves no file: it counts as one failure. */
function readRuns(files) {
  const missing = files.filter((file) => !existsSync(file));
  for (const file of missing) console.log(`no result of this run: ${file}`);
  const found = files.filter((file) => existsSync(file));
  return { expected: files.length, runs: found.map((file) => JSON.parse(readFileSync(file, 'utf8'))) };
}

/** A file that breaks before its first test has no failed test to count: it counts as one failure. */
function brokenFiles(run) {
  return run.testResults.filter((file) => file.status === 'failed' && failedTests(file).length === 0).length;
}

function failures(run) {
  return run.testResults.filter((file) => file.status === 'failed').flatMap(failuresOfFile);
}

function failuresOfFile(file) {
  const tests = failedTests(file);
  if (tests.length === 0) return [`${file.name}: ${firstLines(file.message)}`];
  return tests.map((test) => `${test.fullName}: ${firstLines(test.failureMessages.join('\n'))}`);
}

function failedTests(file) {
  return file.assertionResults.filter((test) => test.status === 'failed');
}

function firstLines(text) {
  return text.split('\n').slice(0, 3).join(' ').slice(0, 600);
}
