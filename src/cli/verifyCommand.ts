// `asset-fetch verify`: reads every listed file and says whether it still holds what the list says. Changes nothing.
import { exitCodeFor, exitCodes, worstOf, type ExitCode } from '../assets/exitCode';
import type { PlainFetchError } from '../assets/fetchError';
import { matchesPlatform } from '../assets/manifest';
import type { ManifestAsset } from '../assets/manifestEntry';
import { isUnpinned, type DiskState } from '../assets/syncPlan';
import { listOptionSpecs, parseList, readListSource, refuseOperands } from './assetList';
import { readStateDir } from './engineOptions';
import { surveyFiles } from './fileProofs';
import { toJsonLine } from './jsonEvents';
import { cleanForTerminal } from './lineOutput';
import { parseOptions, type OptionSpecs } from './parseOptions';
import { forgetSettled } from './settledList';
import type { Surroundings } from './surroundings';
import { SyncReporter } from './syncReporter';
import { withInterrupt } from './whenAborted';

export const verifyOptionSpecs = {
  ...listOptionSpecs,
  'state-dir': { type: 'string' },
} as const satisfies OptionSpecs;

/**
 * Runs `verify`. Resolves to 0 where every file is as listed, 3 where one holds other bytes, 4 where one is missing, cannot be
 * read or may not be run. Throws FetchError `cancelled`, `localIo`, `permissionDenied`.
 */
export async function runVerify(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const options = parseOptions(args, verifyOptionSpecs);
  refuseOperands('verify', options);
  const list = parseList(readListSource(options, surroundings.cwd));
  const output = { json: options.isSet('json'), quiet: options.isSet('quiet'), displayFile: list.displayFile };
  const reporter = new SyncReporter({ ...output, command: 'verify' }, surroundings);
  const { platform, arch } = surroundings.machine;
  const assets = list.assets.filter((asset) => matchesPlatform(asset, platform, arch));
  return withInterrupt(surroundings, async (signal) => {
    const stateDir = readStateDir(options, surroundings);
    const states = await surveyFiles(assets, { root: list.root, stateDir, isThorough: true, signal });
    forgetSettled({ stateDir, file: list.file });
    return judge(assets, states, reporter, output, surroundings);
  });
}

function judge(
  assets: readonly ManifestAsset[],
  states: ReadonlyMap<ManifestAsset, DiskState>,
  reporter: SyncReporter,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
  { stdout, stderr }: Surroundings,
): ExitCode {
  const counts = { verified: 0, unpinned: 0, failed: 0 };
  const codes = assets.map((asset) => {
    const error = findFault(asset, states.get(asset) ?? { type: 'missing' });
    if (error === null) {
      counts[isUnpinned(asset) ? 'unpinned' : 'verified'] += 1;
      return exitCodes.done;
    }
    counts.failed += 1;
    reporter.problem(asset, error);
    return exitCodeFor(error.code);
  });
  if (json) stdout.writeLine(toJsonLine({ event: 'summary', ...counts }));
  else if (!quiet) stderr.writeLine(cleanForTerminal(describeCounts(counts)));
  return worstOf(codes);
}

/** What keeps a file from being as listed; null where nothing does. */
function findFault(asset: ManifestAsset, state: DiskState): PlainFetchError | null {
  const { path, integrity, sizeBytes } = asset;
  const fault = (code: PlainFetchError['code'], message: string): PlainFetchError => ({
    code,
    message,
    details: { path },
  });
  switch (state.type) {
    case 'missing':
      return fault('localIo', `${path} is missing; asset-fetch sync fetches it.`);
    case 'blocked':
      return fault('unsafePath', `There is ${state.by} at ${path}.`);
    case 'escapes': {
      const where = state.leadsTo === 'outside' ? 'out of the folder' : 'into a place that tools obey';
      return fault('unsafePath', `${state.through} is a link that leads ${where}.`);
    }
    case 'unreadable':
      return state.error;
    case 'file': {
      const isOfOtherSize = sizeBytes !== null && sizeBytes !== state.bytes;
      if (isOfOtherSize) {
        return fault('integrityMismatch', `${path} has ${state.bytes} bytes, not the ${sizeBytes} that are listed.`);
      }
      if (integrity.length > 0 && state.content !== 'wanted') {
        return fault('integrityMismatch', `${path} does not hold the listed hash.`);
      }
      return state.notRunnable
        ? fault('permissionDenied', `${path} may not be run; asset-fetch sync repairs it.`)
        : null;
    }
  }
}

function describeCounts({ verified, unpinned, failed }: Record<'verified' | 'unpinned' | 'failed', number>): string {
  const total = verified + unpinned + failed;
  const parts = [`${verified} verified`];
  if (unpinned > 0) parts.push(`${unpinned} present without a strong hash`);
  if (failed > 0) parts.push(`${failed} not as listed`);
  return `${total} ${total === 1 ? 'asset' : 'assets'}: ${parts.join(', ')}.`;
}
