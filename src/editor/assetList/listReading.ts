// Lists as read by the engine, with what is on disk, and the plan that follows. Carrying it out is listRun.ts.
import type { ManifestAsset } from '../../assets/manifestEntry';
import { formatProblem, type Problem } from '../../assets/manifestProblems';
import { planSync, type DiskState, type PlannedAsset } from '../../assets/syncPlan';
import type { ListReading } from '../../bridge/protocol';
import type { EngineHost } from '../engineHost';
import { nameOfList, readListText, type ListFile } from './listFile';

/** A list with its entries planned, one for each of `reading.list.assets`. */
export interface LoadedList {
  readonly file: ListFile;
  readonly text: string;
  readonly reading: ListReading;
  readonly plan: readonly PlannedAsset<ManifestAsset>[];
}

/** One entry of a list. */
export interface ListItem {
  readonly file: ListFile;
  readonly planned: PlannedAsset<ManifestAsset>;
}

export interface LoadOptions {
  /** Whether files are read even where they look unchanged. */
  readonly isThorough?: boolean;
  readonly signal?: AbortSignal;
  /** The list's text where it is known, as an editor shows it. */
  readonly text?: string;
}

/** Reads a list and looks at the disk. @throws FetchError `cancelled`, `engineCrashed`; `localIo` for a list that can't be read */
export async function loadList(engines: EngineHost, file: ListFile, options: LoadOptions = {}): Promise<LoadedList> {
  const text = options.text ?? (await readListText(file));
  const engine = await engines.engine();
  const survey = { root: file.root, isThorough: options.isThorough ?? false };
  const reading = await engine.readList(text, survey, options.signal);
  return { file, text, reading, plan: planReading(reading) };
}

/**
 * What every entry needs. Files that were changed by hand count as `modified`, and consent to sensitive paths is asked later,
 * by name.
 */
function planReading({ list: { assets }, states }: ListReading): readonly PlannedAsset<ManifestAsset>[] {
  const diskStates = new Map(assets.map((asset, index) => [asset, states?.[index]]));
  return planSync(assets, (asset): DiskState => diskStates.get(asset) ?? { type: 'missing' }, {
    platform: process.platform,
    arch: process.arch,
    isFrozen: false,
    overwrite: 'fail',
    allowedSensitivePaths: assets.map(({ path }) => path),
    allowedPrivateHosts: [],
  });
}

/**
 * Why nothing of a list may be fetched, as lines `asset-fetch.json:12: error: …`; empty where it may. One entry that leaves the
 * folder puts the whole list in doubt.
 */
export function faultsOf({ file, reading, plan }: LoadedList): string[] {
  const name = nameOfList(file);
  const errors = reading.list.problems.filter(({ severity }) => severity === 'error');
  const refused = plan.filter(({ action }) => action === 'refused');
  const disk = reading.error === null ? [] : [`${name}: ${reading.error.message}`];
  return [
    ...errors.map((problem: Problem) => formatProblem(problem, name)),
    ...disk,
    ...refused.map(({ asset, problem }) => `${name}:${asset.line}: error: ${problem?.message ?? asset.path}`),
  ];
}

/** Entries that a fetch brings: missing ones, and those whose list changed since they were fetched. */
export function itemsToFetch({ file, plan }: LoadedList): readonly ListItem[] {
  return plan.filter(({ action }) => action === 'fetch').map((planned) => ({ file, planned }));
}

/** The entry as one that is fetched over whatever file is there: a person asked for that. */
export function asReplacing({ file, planned }: ListItem): ListItem {
  return { file, planned: { ...planned, action: 'fetch', replaces: planned.replaces || planned.action !== 'fetch' } };
}
