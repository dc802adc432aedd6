// `npm test`: every check there is, one after another, with a summary whose last line is the sum of all tests.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { outFolder, repositoryRoot } from './support/vscodeHost/paths';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly title: string; readonly reason: string }[];
}

interface Step {
  readonly name: string;
  /** npm script that does it. */
  readonly script: string;
  /** Whether it runs mocha, so that its tests count and none at all is a failure. */
  readonly hasTests: boolean;
  readonly limitMinutes: number;
}

interface Outcome {
  readonly step: Step;
  readonly isGood: boolean;
  readonly seconds: number;
  readonly counts: Counts;
}

const steps: readonly Step[] = [
  { name: 'build', script: 'build', hasTests: false, limitMinutes: 5 },
  { name: 'lint', script: 'lint', hasTests: false, limitMinutes: 10 },
  { name: 'type check', script: 'typecheck', hasTests: false, limitMinutes: 10 },
  { name: 'unit tests', script: 'test:unit', hasTests: true, limitMinutes: 60 },
  { name: 'kill and fault trials', script: 'test:trials', hasTests: true, limitMinutes: 20 },
  { name: 'integration tests', script: 'test:integration', hasTests: true, limitMinutes: 20 },
  { name: 'UI tests', script: 'test:ui', hasTests: true, limitMinutes: 40 },
];

const none: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };

async function runStep(step: Step): Promise<Outcome> {
  console.log(`\n── ${step.name}`);
  const countsFile = join(outFolder, `counts-${step.script.replace(':', '-')}.json`);
  await rm(countsFile, { force: true });
  const startMs = performance.now();
  const exitCode = await runScript(step, countsFile);
  const seconds = (performance.now() - startMs) / 1000;
  if (!step.hasTests) return { step, isGood: exitCode === 0, seconds, counts: none };
  const counts = await readCounts(countsFile);
  const ranAny = counts !== null && counts.passed + counts.failed > 0;
  const isGood = exitCode === 0 && ranAny && counts.failed === 0;
  // A run that broke off counts as one failure: the sum must not look better than it is.
  return { step, isGood, seconds, counts: isGood || (counts?.failed ?? 0) > 0 ? (counts ?? none) : broken(counts) };
}

function broken(counts: Counts | null): Counts {
  return { ...(counts ?? none), failed: 1 };
}

/** Streams the script's output. All that it started ends with it when it takes too long or Ctrl-C is pressed. */
async function runScript({ script, limitMinutes }: Step, countsFile: string): Promise<number | null> {
  const npm = process.env['npm_execpath'];
  const [command, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const child = spawn(command, [...first, 'run', '--silent', script], {
    cwd: repositoryRoot,
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, ASSET_FETCH_TEST_COUNTS: countsFile },
  });
  const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM');
  const interrupt = () => {
    end();
    process.exit(130);
  };
  const timer = setTimeout(() => {
    console.error(`"npm run ${script}" did not end within ${limitMinutes} minutes.`);
    end();
  }, limitMinutes * 60_000);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  return new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve)).finally(
    () => {
      clearTimeout(timer);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    },
  );
}

async function readCounts(file: string): Promise<Counts | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Counts);
}

function sum(all: readonly Counts[], key: 'passed' | 'failed' | 'skipped'): number {
  return all.reduce((total, counts) => total + counts[key], 0);
}

function printSummary(outcomes: readonly Outcome[]): void {
  console.log('\n── summary');
  for (const { step, isGood, seconds, counts } of outcomes) {
    const tests = step.hasTests ? `  ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped` : '';
    console.log(`${isGood ? 'ok    ' : 'FAILED'} ${step.name.padEnd(18)} ${seconds.toFixed(1).padStart(7)} s${tests}`);
  }
  // Once more at the end, where only the last lines of a log are kept.
  for (const { step, counts } of outcomes) {
    for (const { title, reason } of counts.failures) console.log(`\nFAILED in ${step.name}: ${title}\n${reason}`);
  }
  const all = outcomes.map(({ counts }) => counts);
  console.log(`\n${sum(all, 'passed')} passed, ${sum(all, 'failed')} failed, ${sum(all, 'skipped')} skipped`);
}

async function main(): Promise<void> {
  await mkdir(outFolder, { recursive: true });
  const outcomes: Outcome[] = [];
  for (const step of steps) outcomes.push(await runStep(step));
  printSummary(outcomes);
  process.exitCode = outcomes.every(({ isGood }) => isGood) ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
