// What a list of assets asks for beside what is on disk: which to fetch, which to leave, which need a person. Pure; looking
// at the disk is engine/diskSurvey.ts, carrying a plan out is bridge/transferBatch.ts and editor/assetList/listRun.ts.
import type { PlainFetchError } from './fetchError';
import { isStrong, type Integrity } from './integrity';
import { matchesPlatform } from './manifest';
import { makeRequest, type FetchRequest } from './request';
import { isSensitivePath } from './sensitivePath';

/** One entry of a list, as the manifest's parser hands it out: paths and URLs are already judged. */
export interface ListedAsset {
  /** Relative to the list's folder, `/`-separated. */
  readonly path: string;
  /** The first is the original, the others mirrors. */
  readonly urls: readonly string[];
  readonly integrity: readonly Integrity[];
  readonly sizeBytes: number | null;
  readonly isExecutable: boolean;
  /** Like `linux-x64` or `linux`; null: every platform. */
  readonly platforms: readonly string[] | null;
}

/**
 * What lies at an entry's path. `content` of a file: `wanted` holds the given hashes; `ours` does not, but is unchanged since
 * a sync put or proved it there, so that the list must have changed; `unknown` is anything else, a person's work included.
 */
export type DiskState =
  | { readonly type: 'missing' }
  | {
      readonly type: 'file';
      readonly bytes: number;
      readonly content: 'wanted' | 'ours' | 'unknown';
      /** Given where the entry wants the right to run and the file lacks that alone: hashes of the file as it is. */
      readonly notRunnable?: readonly Integrity[];
    }
  /** It cannot be looked at. */
  | { readonly type: 'unreadable'; readonly error: PlainFetchError }
  /** Something that no file may replace: a folder, a link, a device. */
  | { readonly type: 'blocked'; readonly by: string }
  /** The parent folder `through` is a symbolic link out of the list's folder, or into a place that tools obey (`.git/hooks`). */
  | { readonly type: 'escapes'; readonly through: string; readonly leadsTo: 'outside' | 'sensitivePlace' };

/**
 * What is to be done about an entry. `unpinned`: present, with no strong hash to compare it to, so it stays as it is.
 * `modified`: changed by hand, so it stays too. `conflict`: the path holds something else than a file, or cannot be read.
 * `refused`: not to be fetched under the given choices; one such entry is a reason to fetch none.
 */
export type PlannedAction = 'fetch' | 'upToDate' | 'unpinned' | 'modified' | 'conflict' | 'skippedPlatform' | 'refused';

export interface PlannedAsset<Asset extends ListedAsset = ListedAsset> {
  readonly asset: Asset;
  readonly action: PlannedAction;
  /** Whether fetching replaces a file that is there. */
  readonly replaces: boolean;
  /** Hashes of a file that is there and stays: fetching only lets it be run. */
  readonly present?: readonly Integrity[];
  /** For `conflict`, `modified` and `refused`: what a transfer of the entry would fail with. */
  readonly problem: PlainFetchError | null;
}

export interface SyncChoices {
  /** This machine, as `process.platform` and `process.arch` name it. */
  readonly platform: string;
  readonly arch: string;
  /** Whether entries without a strong hash are refused. */
  readonly isFrozen: boolean;
  /** What becomes of files that were changed by hand. */
  readonly overwrite: 'fail' | 'replace';
  /** Sensitive paths of the list that a person consented to by name. */
  readonly allowedSensitivePaths: readonly string[];
  /** Private hosts that a person consented to by name. */
  readonly allowedPrivateHosts: readonly string[];
}

/** Whether no strong hash proves the entry's bytes; weak ones detect accidents alone. */
export function isUnpinned({ integrity }: Pick<ListedAsset, 'integrity'>): boolean {
  return !integrity.some(({ algorithm }) => isStrong(algorithm));
}

/** The plan for every entry, in the list's order; `stateOf` says what is on disk at an entry's path. */
export function planSync<Asset extends ListedAsset>(
  assets: readonly Asset[],
  stateOf: (asset: Asset) => DiskState,
  choices: SyncChoices,
): PlannedAsset<Asset>[] {
  return assets.map((asset) => planAsset(asset, stateOf, choices));
}

function planAsset<Asset extends ListedAsset>(
  asset: Asset,
  stateOf: (asset: Asset) => DiskState,
  choices: SyncChoices,
): PlannedAsset<Asset> {
  if (!matchesPlatform(asset, choices.platform, choices.arch)) return leave(asset, 'skippedPlatform');
  const lack = choices.isFrozen ? findLackOfHash(asset) : null;
  if (lack !== null) return leave(asset, 'refused', lack);
  const planned = planAgainst(asset, stateOf(asset), choices);
  const refusal = planned.action === 'fetch' ? findLackOfConsent(asset, choices) : null;
  return refusal === null ? planned : leave(asset, 'refused', refusal);
}

function planAgainst<Asset extends ListedAsset>(
  asset: Asset,
  state: DiskState,
  { overwrite }: SyncChoices,
): PlannedAsset<Asset> {
  const { path } = asset;
  switch (state.type) {
    case 'missing':
      return { asset, action: 'fetch', replaces: false, problem: null };
    case 'blocked':
      return leave(
        asset,
        'conflict',
        // The reason tells it from a file in the way, which could be replaced.
        problem('destinationExists', path, `There is ${state.by} at ${path}. Move it away.`, 'EISDIR'),
      );
    case 'escapes': {
      const where = state.leadsTo === 'outside' ? 'outside the folder of the list' : 'in a place that tools obey';
      const message = `${path} lies ${where}: ${state.through} is a link that leads there.`;
      return leave(asset, 'refused', problem('unsafePath', path, message));
    }
    case 'unreadable':
      return leave(asset, 'conflict', state.error);
    case 'file':
      break;
  }
  if (state.notRunnable) return { asset, action: 'fetch', replaces: false, present: state.notRunnable, problem: null };
  if (state.content === 'wanted') return leave(asset, 'upToDate');
  const isAsItIs = asset.integrity.length === 0 && (asset.sizeBytes === null || asset.sizeBytes === state.bytes);
  if (isAsItIs) return leave(asset, 'unpinned');
  const mayReplace = state.content === 'ours' || overwrite === 'replace';
  if (mayReplace) return { asset, action: 'fetch', replaces: true, problem: null };
  return leave(
    asset,
    'modified',
    problem('destinationExists', path, `${path} was changed by hand, so it stays as it is.`),
  );
}

function leave<Asset>(asset: Asset, action: PlannedAction, why: PlainFetchError | null = null) {
  return { asset, action, replaces: false, problem: why };
}

function findLackOfHash({ integrity, path }: ListedAsset): PlainFetchError | null {
  if (!isUnpinned({ integrity })) return null;
  const lack = integrity.length === 0 ? 'no hash' : 'only a weak hash';
  const message = `${path} has ${lack}, and a frozen list must prove every file. Add a sha256 hash.`;
  return problem('untrusted', path, message, 'unpinned');
}

/** What is there already and stays needs no consent. */
function findLackOfConsent({ path }: ListedAsset, { allowedSensitivePaths }: SyncChoices): PlainFetchError | null {
  if (!isSensitivePath(path) || allowedSensitivePaths.includes(path)) return null;
  const message = `${path} is a place that tools obey, and nobody consented to writing there by name.`;
  return problem('untrusted', path, message, 'sensitive');
}

function problem(code: PlainFetchError['code'], path: string, message: string, reason?: string): PlainFetchError {
  return { code, message, details: { path, ...(reason === undefined ? {} : { reason }) } };
}

/** The transfer that a planned `fetch` asks for, into the list's folder `root` (absolute). */
export function requestFor(
  { asset, replaces, present }: PlannedAsset,
  root: string,
  choices: Pick<SyncChoices, 'allowedPrivateHosts'>,
): FetchRequest {
  return makeRequest({
    urls: asset.urls,
    root,
    path: asset.path,
    integrity: present ?? asset.integrity,
    sizeBytes: asset.sizeBytes,
    isExecutable: asset.isExecutable,
    overwrite: replaces ? 'replace' : 'fail',
    source: 'manifest',
    allowedPrivateHosts: choices.allowedPrivateHosts,
  });
}

/** How many entries a plan has of each action. */
export function countActions(plan: readonly PlannedAsset[]): Record<PlannedAction, number> {
  const counts = { fetch: 0, upToDate: 0, unpinned: 0, modified: 0, conflict: 0, skippedPlatform: 0, refused: 0 };
  for (const { action } of plan) counts[action] += 1;
  return counts;
}
