// What a list of assets asks for beside what is on disk: which to fetch, which to leave, which need a person. Pure; looking
// at the disk is engine/diskSurvey.ts, carrying a plan out is engine/sync.ts.
import { isStrong, type Integrity } from './integrity';
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
  /** Like `linux-x64`; null: every platform. */
  readonly platforms: readonly string[] | null;
}

/**
 * What lies at an entry's path. `content` of a file: `wanted` holds the given hashes; `ours` does not, but is unchanged since
 * a sync put or proved it there, so that the list must have changed; `unknown` is anything else, a person's work included.
 */
export type DiskState =
  | { readonly type: 'missing' }
  | { readonly type: 'file'; readonly bytes: number; readonly content: 'wanted' | 'ours' | 'unknown' }
  /** Something that no file may replace: a folder, a link, a device. */
  | { readonly type: 'blocked'; readonly by: string }
  /** A parent folder is a symbolic link that leads out of the list's folder. */
  | { readonly type: 'escapes'; readonly through: string };

/**
 * What is to be done about an entry. `unpinned`: present, with no strong hash to compare it to, so it stays as it is.
 * `modified`: changed by hand, so it stays too. `conflict`: the path holds something else than a file.
 * `refused`: not to be fetched under the given choices, see `reason`.
 */
export type PlannedAction = 'fetch' | 'upToDate' | 'unpinned' | 'modified' | 'conflict' | 'skippedPlatform' | 'refused';

export interface PlannedAsset<Asset extends ListedAsset = ListedAsset> {
  readonly asset: Asset;
  readonly action: PlannedAction;
  /** Whether fetching replaces a file that is there. */
  readonly replaces: boolean;
  /** For `conflict`, `modified` and `refused`: a sentence for people. */
  readonly reason: string | null;
}

export interface SyncChoices {
  /** Like `linux-x64`: `process.platform` and `process.arch`. */
  readonly platform: string;
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

/** Whether the entry is meant for a platform such as `linux-x64`. */
export function isForPlatform({ platforms }: Pick<ListedAsset, 'platforms'>, platform: string): boolean {
  return platforms === null || platforms.includes(platform);
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
  const decide = (action: PlannedAction, reason: string | null = null, replaces = false): PlannedAsset<Asset> => ({
    asset,
    action,
    reason,
    replaces,
  });
  if (!isForPlatform(asset, choices.platform)) return decide('skippedPlatform');
  const refusal = findRefusal(asset, choices);
  if (refusal !== null) return decide('refused', refusal);
  const state = stateOf(asset);
  if (state.type === 'missing') return decide('fetch');
  if (state.type === 'blocked') return decide('conflict', `There is ${state.by} at ${asset.path}.`);
  if (state.type === 'escapes') return decide('refused', `${state.through} is a link that leads out of the folder.`);
  if (state.content === 'wanted') return decide('upToDate');
  const isAsItIs = asset.integrity.length === 0 && (asset.sizeBytes === null || asset.sizeBytes === state.bytes);
  if (isAsItIs) return decide('unpinned');
  if (state.content === 'ours' || choices.overwrite === 'replace') return decide('fetch', null, true);
  return decide('modified', `${asset.path} was changed by hand, or by another program.`);
}

function findRefusal(asset: ListedAsset, choices: SyncChoices): string | null {
  if (choices.isFrozen && isUnpinned(asset)) {
    return asset.integrity.length === 0 ? `${asset.path} has no hash.` : `${asset.path} has only a weak hash.`;
  }
  if (isSensitivePath(asset.path) && !choices.allowedSensitivePaths.includes(asset.path)) {
    return `${asset.path} is a sensitive place, and nobody consented to writing there.`;
  }
  return null;
}

/** The transfer that a planned `fetch` asks for, into the list's folder `root` (absolute). */
export function requestFor({ asset, replaces }: PlannedAsset, root: string, choices: SyncChoices): FetchRequest {
  return makeRequest({
    urls: asset.urls,
    root,
    path: asset.path,
    integrity: asset.integrity,
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
