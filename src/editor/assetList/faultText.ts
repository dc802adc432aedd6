// What keeps a file from being as its list says, for verifying. Pure.
import type { DiskState, ListedAsset } from '../../assets/syncPlan';
import type { Localizer } from '../localizer';

/** `models/a.bin is missing`; null where the file is as listed. */
export function describeFault(asset: ListedAsset, state: DiskState, l10n: Localizer): string | null {
  const { path, integrity, sizeBytes } = asset;
  switch (state.type) {
    case 'missing':
      return l10n.t('{0} is missing', path);
    case 'blocked':
      return l10n.t('{0} is no file', path);
    case 'escapes':
      return state.leadsTo === 'outside'
        ? l10n.t('{0} leads out of the folder', path)
        : l10n.t('{0} leads into a place that tools obey', path);
    case 'unreadable':
      return l10n.t('{0} cannot be read', path);
    case 'file':
      if (sizeBytes !== null && sizeBytes !== state.bytes) {
        return l10n.t('{0} has {1} bytes instead of {2}', path, state.bytes, sizeBytes);
      }
      if (integrity.length > 0 && state.content !== 'wanted') return l10n.t('{0} has another hash', path);
      return state.notRunnable ? l10n.t('{0} may not be run; fetching repairs that', path) : null;
  }
}
