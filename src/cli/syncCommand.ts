// `asset-fetch sync`: brings what a list of assets asks for. The plan is assets/syncPlan.ts, the disk engine/diskSurvey.ts.
import { exitCodeFor, exitCodes, worstOf, type ExitCode } from '../assets/exitCode';
import type { PlainFetchError } from '../assets/fetchError';
import type { ManifestAsset } from '../assets/manifestEntry';
import {
  countActions,
  isUnpinned,
  planSync,
  requestFor,
  type PlannedAsset,
  type SyncChoices,
} from '../assets/syncPlan';
import type { EngineConfig } from '../bridge/protocol';
import { TransferBatch, type BatchOutcome } from '../bridge/transferBatch';
import {
  consentOptionSpecs,
  listOptionSpecs,
  readChoices,
  readListSource,
  parseList,
  refuseOperands,
  type AssetList,
} from './assetList';
import { engineOptionSpecs, readEngineConfig } from './engineOptions';
import { surveyFiles } from './fileProofs';
import { parseOptions, type OptionSpecs } from './parseOptions';
import { recallSettled, rememberSettled, type SettledList } from './settledList';
import type { Surroundings } from './surroundings';
import { SyncProgress } from './syncProgress';
import { SyncReporter } from './syncReporter';
import { version } from './version';

export const syncOptionSpecs = {
  ...listOptionSpecs,
  ...consentOptionSpecs,
  ...engineOptionSpecs,
  frozen: { type: 'boolean' },
  overwrite: { type: 'string' },
} as const satisfies OptionSpecs;

/** A sync under way. */
interface Sync {
  readonly list: AssetList;
  readonly choices: SyncChoices;
  readonly config: EngineConfig;
  readonly reporter: SyncReporter;
  readonly surroundings: Surroundings;
  readonly startedMs: number;
}

type Plan = readonly PlannedAsset<ManifestAsset>[];

/** Runs `sync`. Resolves to the exit code of the gravest failure; throws UsageError for arguments and lists that are unsound. */
export async function runSync(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const startedMs = surroundings.nowMs();
  const options = parseOptions(args, syncOptionSpecs);
  refuseOperands('sync', options);
  const choices = readChoices(options, surroundings);
  const config = readEngineConfig(options, surroundings);
  const source = readListSource(options, surroundings.cwd);
  const output = { json: options.isSet('json'), quiet: options.isSet('quiet'), displayFile: source.displayFile };
  const reporter = new SyncReporter(output, surroundings);
  const { file, root, text } = source;
  const place = { stateDir: config.stateDir, file, root, inputs: [version, JSON.stringify(choices), text] };
  const settled = recallSettled(place);
  if (settled !== null) return reportSettled(settled, reporter, (surroundings.nowMs() - startedMs) / 1000);
  const list = parseList(source);
  for (const warning of list.warnings) reporter.warn(warning);
  const { plan, code } = await sync({ list, choices, config, reporter, surroundings, startedMs });
  const upToDate = plan.filter(({ action }) => action === 'upToDate').map(({ asset }) => asset.path);
  const skippedPlatform = countActions(plan).skippedPlatform;
  if (upToDate.length + skippedPlatform === plan.length) {
    const memory = { upToDate: upToDate.length, skippedPlatform, warnings: list.warnings };
    rememberSettled(place, upToDate, memory, surroundings.wallClockMs());
  }
  return code;
}

function reportSettled(settled: SettledList, reporter: SyncReporter, seconds: number): ExitCode {
  const { upToDate, skippedPlatform, warnings } = settled;
  const counts = { ...countActions([]), upToDate, skippedPlatform };
  for (const warning of warnings) reporter.warn(warning);
  reporter.plan(counts);
  reporter.summary({ counts, fetched: 0, failed: 0, fetchedBytes: 0, seconds, unpinned: [] });
  return exitCodes.done;
}

async function sync(run: Sync): Promise<{ plan: Plan; code: ExitCode }> {
  const { list, choices, config, reporter, surroundings, startedMs } = run;
  const states = await surveyFiles(list.assets, { root: list.root, stateDir: config.stateDir, isThorough: false });
  const plan = planSync(list.assets, (asset) => states.get(asset) ?? { type: 'missing' }, choices);
  reporter.plan(countActions(plan));
  const problemCodes = reportProblems(plan, reporter);
  // One entry that may not be fetched puts the whole list in doubt: nothing is half-done.
  const isRefused = plan.some(({ action }) => action === 'refused');
  const outcomes = isRefused ? [] : await fetchAll(plan, run);
  reporter.summary(summarize(plan, outcomes, (surroundings.nowMs() - startedMs) / 1000));
  return { plan, code: worstOf([...problemCodes, ...outcomes.map(codeOf)]) };
}

function codeOf(outcome: BatchOutcome): ExitCode {
  return outcome.type === 'done' ? exitCodes.done : exitCodeFor(outcome.error.code);
}

/** Tells of every entry that is not to be touched; the codes are what each makes of the exit code. */
function reportProblems(plan: Plan, reporter: SyncReporter): ExitCode[] {
  return plan.flatMap(({ asset, problem }) => {
    if (problem === null) return [];
    reporter.problem(asset, problem);
    return [exitCodeFor(problem.code)];
  });
}

/** Carries out every planned fetch. The engine is started only where there is one. */
async function fetchAll(plan: Plan, run: Sync): Promise<BatchOutcome[]> {
  const assets = new Map(
    plan.filter(({ action }) => action === 'fetch').map((planned, index) => [`${index}`, planned]),
  );
  if (assets.size === 0) return [];
  return [...(await transferAll(assets, run)).values()];
}

async function transferAll(
  assets: ReadonlyMap<string, PlannedAsset<ManifestAsset>>,
  { list, choices, config, reporter, surroundings }: Sync,
): Promise<ReadonlyMap<string, BatchOutcome>> {
  const { nowMs, openEngine, onInterrupt } = surroundings;
  const expected = [...assets].map(([id, { asset }]) => ({ id, name: asset.path, sizeBytes: asset.sizeBytes }));
  const progress = new SyncProgress(expected, nowMs());
  const engine = await openEngine(config, (message) => {
    if (message.type === 'unfinished' || message.type === 'discarded') return;
    if (message.type === 'listRead' || message.type === 'diagnosis') return;
    if (message.type === 'log') {
      if (message.level === 'warn' || message.level === 'error') reporter.warn(message.text);
      return;
    }
    const planned = assets.get(message.id);
    if (planned === undefined) return;
    progress.handle(message, nowMs());
    reporter.transfer(planned.asset, message, progress);
    batch.handle(message);
  });
  const jobs = [...assets].map(([id, planned]) => ({ id, request: requestFor(planned, list.root, choices) }));
  const onSkipped = (id: string, error: PlainFetchError): void => {
    const planned = assets.get(id);
    if (planned) reporter.problem(planned.asset, error);
  };
  const batch = new TransferBatch(engine, jobs, { onSkipped });
  const stopListening = onInterrupt(() => batch.cancel());
  try {
    return await batch.run();
  } finally {
    await engine.dispose();
    stopListening();
  }
}

function summarize(plan: Plan, outcomes: readonly BatchOutcome[], seconds: number) {
  const results = outcomes.flatMap((outcome) => (outcome.type === 'done' ? [outcome.result] : []));
  const wanted = plan.filter(({ action }) => action === 'fetch' || action === 'upToDate' || action === 'unpinned');
  return {
    counts: countActions(plan),
    fetched: results.length,
    failed: outcomes.length - results.length,
    fetchedBytes: results.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds,
    unpinned: wanted.filter(({ asset }) => isUnpinned(asset)).map(({ asset }) => asset.path),
  };
}
