// `asset-fetch sync`: brings what a list of assets asks for. The plan is assets/syncPlan.ts, the disk engine/diskSurvey.ts.
import { exitCodeFor, exitCodes, worstOf, type ExitCode } from '../assets/exitCode';
import { countActions, isUnpinned, planSync } from '../assets/syncPlan';
import type { BatchOutcome } from '../bridge/batchOutcome';
import {
  consentOptionSpecs,
  listOptionSpecs,
  parseList,
  readChoices,
  readListSource,
  refuseOperands,
} from './assetList';
import { engineOptionSpecs, readEngineConfig } from './engineOptions';
import { fetchPlanned, type FetchRun, type Plan } from './fetchPlan';
import { surveyFiles } from './fileProofs';
import { parseOptions, type OptionSpecs } from './parseOptions';
import { refuseHosts } from './refusedHosts';
import { recallSettled, rememberSettled, type SettledList } from './settledList';
import type { Surroundings } from './surroundings';
import { SyncReporter } from './syncReporter';
import type { SyncSummary } from './syncText';
import { version } from './version';
import { withInterrupt } from './whenAborted';

export const syncOptionSpecs = {
  ...listOptionSpecs,
  ...consentOptionSpecs,
  ...engineOptionSpecs,
  frozen: { type: 'boolean' },
  overwrite: { type: 'string' },
} as const satisfies OptionSpecs;

/** A sync under way. */
interface Sync extends FetchRun {
  readonly startedMs: number;
}

/** Runs `sync`. Resolves to the exit code of the gravest failure; throws UsageError for arguments and lists that are unsound. */
export async function runSync(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const startedMs = surroundings.nowMs();
  const options = parseOptions(args, syncOptionSpecs);
  refuseOperands('sync', options);
  const choices = readChoices(options, surroundings);
  const config = readEngineConfig(options, surroundings);
  const source = readListSource(options, surroundings.cwd);
  const output = { json: options.isSet('json'), quiet: options.isSet('quiet'), displayFile: source.displayFile };
  const reporter = new SyncReporter({ ...output, command: 'sync' }, surroundings);
  const { file, root, text } = source;
  const place = { stateDir: config.stateDir, file, root, inputs: [version, JSON.stringify(choices), text] };
  const settled = recallSettled(place);
  if (settled !== null) return reportSettled(settled, reporter, (surroundings.nowMs() - startedMs) / 1000);
  const lookedAtMs = surroundings.wallClockMs();
  const list = parseList(source);
  for (const warning of list.warnings) reporter.warn(warning);
  const { plan, code } = await withInterrupt(surroundings, (signal) =>
    sync({ list, choices, config, reporter, surroundings, startedMs, signal }),
  );
  const upToDate = plan.filter(({ action }) => action === 'upToDate').map(({ asset }) => asset.path);
  const skippedPlatform = countActions(plan).skippedPlatform;
  if (upToDate.length + skippedPlatform === plan.length) {
    const memory = {
      upToDate: upToDate.length,
      skippedPlatform,
      unpinned: unpinnedPaths(plan),
      warnings: list.warnings,
    };
    rememberSettled(place, upToDate, memory, lookedAtMs);
  }
  return code;
}

function reportSettled(settled: SettledList, reporter: SyncReporter, seconds: number): ExitCode {
  const { upToDate, skippedPlatform, unpinned, warnings } = settled;
  const counts = { ...countActions([]), upToDate, skippedPlatform };
  for (const warning of warnings) reporter.warn(warning);
  reporter.plan(counts);
  reporter.summary({ ...sumUp([]), counts, seconds, unpinned });
  return exitCodes.done;
}

async function sync(run: Sync): Promise<{ plan: Plan; code: ExitCode }> {
  const { list, choices, config, reporter, surroundings, startedMs, signal } = run;
  const survey = { root: list.root, stateDir: config.stateDir, isThorough: false, signal };
  const states = await surveyFiles(list.assets, survey);
  const wanted = planSync(list.assets, (asset) => states.get(asset) ?? { type: 'missing' }, choices);
  const plan = refuseHosts(wanted, choices);
  reporter.plan(countActions(plan));
  const problemCodes = reportProblems(plan, reporter);
  // One entry that may not be fetched puts the whole list in doubt: nothing is half-done.
  const isRefused = plan.some(({ action }) => action === 'refused');
  const outcomes = isRefused ? [] : await fetchPlanned(plan, run);
  reporter.summary(summarize(plan, outcomes, (surroundings.nowMs() - startedMs) / 1000));
  return { plan, code: worstOf([...problemCodes, ...outcomes.map(codeOf)]) };
}

function codeOf(outcome: BatchOutcome): ExitCode {
  return outcome.type === 'done' ? exitCodes.done : exitCodeFor(outcome.error.code);
}

/**
 * Tells of every entry that is not to be touched, people of a refused host only once; the codes are what each makes of the exit
 * code.
 */
function reportProblems(plan: Plan, reporter: SyncReporter): ExitCode[] {
  const toldHosts = new Set<string>();
  return plan.flatMap(({ asset, problem }) => {
    if (problem === null) return [];
    const { host } = problem.details;
    reporter.problem(asset, problem, host !== undefined && toldHosts.has(host));
    if (host !== undefined) toldHosts.add(host);
    return [exitCodeFor(problem.code)];
  });
}

function summarize(plan: Plan, outcomes: readonly BatchOutcome[], seconds: number): SyncSummary {
  return { ...sumUp(outcomes), counts: countActions(plan), seconds, unpinned: unpinnedPaths(plan) };
}

function sumUp(outcomes: readonly BatchOutcome[]): Omit<SyncSummary, 'counts' | 'seconds' | 'unpinned'> {
  const results = outcomes.flatMap((outcome) => (outcome.type === 'done' ? [outcome.result] : []));
  const errors = outcomes.flatMap((outcome) => (outcome.type === 'failed' ? [outcome.error] : []));
  const cancelled = errors.filter(({ code }) => code === 'cancelled');
  return {
    fetched: results.length,
    failed: errors.length - cancelled.length,
    unfinished: cancelled.length,
    keptBytes: cancelled.reduce((sum, { details }) => sum + (details.keptBytes ?? 0), 0),
    fetchedBytes: results.reduce((sum, { fetchedBytes }) => sum + fetchedBytes, 0),
  };
}

function unpinnedPaths(plan: Plan): string[] {
  const wanted = plan.filter(({ action }) => action === 'fetch' || action === 'upToDate' || action === 'unpinned');
  return wanted.filter(({ asset }) => isUnpinned(asset)).map(({ asset }) => asset.path);
}
