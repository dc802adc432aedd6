// A plan in words: the question on opening a folder, the lines of the review, the summary at the end. Pure.
import { displayHost } from '../../assets/redact';
import { formatBytes } from '../../assets/quantityText';
import { isExecutableName, isSensitivePath } from '../../assets/sensitivePath';
import { isUnpinned, type PlannedAsset } from '../../assets/syncPlan';
import type { Localizer } from '../localizer';

/** Names shown before the rest is only counted. */
const SHOWN = 3;

/** How many, how large, from where. */
export interface PlanTotals {
  readonly files: number;
  /** Of the files whose size the list says. */
  readonly knownBytes: number;
  readonly filesOfUnknownSize: number;
  /** Hosts of the first addresses, each once, the busiest first. */
  readonly hosts: readonly string[];
}

/** Adds up what is going to be fetched. */
export function totalUp(planned: readonly Pick<PlannedAsset, 'asset'>[]): PlanTotals {
  const uses = new Map<string, number>();
  for (const { asset } of planned) {
    const host = displayHost(asset.urls[0] ?? '');
    uses.set(host, (uses.get(host) ?? 0) + 1);
  }
  return {
    files: planned.length,
    knownBytes: planned.reduce((sum, { asset }) => sum + (asset.sizeBytes ?? 0), 0),
    filesOfUnknownSize: planned.filter(({ asset }) => asset.sizeBytes === null).length,
    hosts: [...uses].sort(([, one], [, other]) => other - one).map(([host]) => host),
  };
}

/** `This workspace lists 9 files that are not here (45 MB), from assets.example.com. Fetch them?` */
export function describeOffer(planned: readonly Pick<PlannedAsset, 'asset' | 'replaces'>[], l10n: Localizer): string {
  const totals = totalUp(planned);
  const { files, hosts } = totals;
  const size = describeSize(totals, l10n);
  const from = listNames(hosts, l10n);
  const outdated = planned.filter(({ replaces }) => replaces).length;
  const what =
    files === 1
      ? l10n.t('This workspace lists 1 file that is not here ({0}), from {1}.', size, from)
      : l10n.t('This workspace lists {0} files that are not here ({1}), from {2}.', files, size, from);
  const older = outdated === 0 ? '' : ` ${l10n.t('Older versions of {0} are replaced.', outdated)}`;
  return `${what}${older} ${files === 1 ? l10n.t('Fetch it?') : l10n.t('Fetch them?')}`;
}

/** `45 MB`; `45 MB and 2 of unknown size`; `size unknown`. */
export function describeSize({ files, knownBytes, filesOfUnknownSize }: PlanTotals, l10n: Localizer): string {
  if (filesOfUnknownSize === files) return l10n.t('size unknown');
  const size = formatBytes(knownBytes);
  return filesOfUnknownSize === 0 ? size : l10n.t('{0} and {1} of unknown size', size, filesOfUnknownSize);
}

/** `a, b, c and 4 more` */
export function listNames(names: readonly string[], l10n: Localizer): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length <= SHOWN ? shown : l10n.t('{0} and {1} more', shown, names.length - SHOWN);
}

/** Whether a file of the list is fetched only after a question that names it: tools obey it, or it runs. */
export function needsConsentByName({ path, isExecutable }: { path: string; isExecutable: boolean }): boolean {
  return isExecutable || isSensitivePath(path) || isExecutableName(path);
}

/** One entry of the review: where it comes from and how large it is, and what to know before it is fetched. */
export function describePlanned(planned: PlannedAsset, l10n: Localizer): { description: string; detail: string } {
  const { asset, replaces, action } = planned;
  const size = asset.sizeBytes === null ? l10n.t('size unknown') : formatBytes(asset.sizeBytes);
  const notes = [
    action === 'modified' ? l10n.t('Overwrites a file that was changed by hand.') : null,
    replaces && action !== 'modified' ? l10n.t('Replaces the version that was fetched before.') : null,
    needsConsentByName(asset) ? l10n.t('Tools run or obey this file; you are asked once more.') : null,
    isUnpinned(asset) ? l10n.t('No strong hash: whatever the server sends is taken.') : null,
  ].filter((note) => note !== null);
  return { description: `${size}, ${displayHost(asset.urls[0] ?? '')}`, detail: notes.join(' ') };
}

/** What a run over lists came to. */
export interface RunSummary {
  readonly fetched: number;
  /** Bytes of the fetched files. */
  readonly fetchedBytes: number;
  readonly seconds: number;
  readonly upToDate: number;
  /** Left as they are, since a person changed them. */
  readonly modified: number;
  /** Fetched or present without a strong hash. */
  readonly unpinned: number;
  /** Left out since consent was not given. */
  readonly declined: number;
  /** Paths of entries that could not be fetched. */
  readonly failed: readonly string[];
  readonly isCancelled: boolean;
}

/** `9 assets fetched (45 MB in 4.1 s), 3 up to date.` and what else a person should know. */
export function describeSummary(summary: RunSummary, l10n: Localizer): string {
  const { fetched, fetchedBytes, seconds, upToDate, modified, unpinned, declined, failed } = summary;
  const parts: readonly [number, (n: number) => string][] = [
    [fetched, (n) => l10n.t('{0} fetched ({1} in {2} s)', n, formatBytes(fetchedBytes), seconds.toFixed(1))],
    [upToDate, (n) => l10n.t('{0} up to date', n)],
    [modified, (n) => l10n.t('{0} changed by hand and left alone', n)],
    [declined, (n) => l10n.t('{0} left out', n)],
    [failed.length, (n) => l10n.t('{0} not fetched', n)],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, say]) => say(n));
  const sentences = [l10n.t('Workspace assets: {0}.', said.join(', ') || l10n.t('nothing to do'))];
  if (summary.isCancelled) sentences.unshift(l10n.t('Cancelled; what was received is kept.'));
  else if (failed.length > 0) sentences.push(l10n.t('Not fetched: {0}.', listNames(failed, l10n)));
  if (unpinned > 0) sentences.push(l10n.t('{0} without a strong hash.', unpinned));
  return sentences.join(' ');
}

/** What verifying found. */
export interface Verdict {
  readonly verified: number;
  /** Present, with no strong hash to compare to. */
  readonly unpinned: number;
  /** `models/a.bin is missing`, one each. */
  readonly faults: readonly string[];
}

/** `12 assets: 11 verified. Not as listed: models/a.bin is missing.` */
export function describeVerdict({ verified, unpinned, faults }: Verdict, l10n: Localizer): string {
  const total = verified + unpinned + faults.length;
  const parts = [l10n.t('{0} verified', verified)];
  if (unpinned > 0) parts.push(l10n.t('{0} present without a strong hash', unpinned));
  const counted = total === 1 ? l10n.t('1 asset') : l10n.t('{0} assets', total);
  const first = `${counted}: ${parts.join(', ')}.`;
  return faults.length === 0 ? first : `${first} ${l10n.t('Not as listed: {0}.', listNames(faults, l10n))}`;
}

/** Why a list can't be used, from its faults: `asset-fetch.json:12: error: …`, one each. */
export function describeListFaults(faults: readonly string[], l10n: Localizer): string {
  const [first = ''] = faults;
  return faults.length === 1
    ? l10n.t('Nothing was done, since the asset list has an error. {0}', first)
    : l10n.t('Nothing was done, since the asset list has {0} errors. {1}', faults.length, first);
}
