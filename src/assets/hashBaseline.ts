// Notices entries whose address changed while their hash stayed: the hash was made for other bytes. A parser cannot know; whoever
// watches a list being edited can.
import { formatIntegrity } from './integrity';
import type { ManifestAsset } from './manifestEntry';
import type { Problem } from './manifestProblems';

interface KnownPair {
  readonly urls: readonly string[];
  /** The hashes as one comparable text; empty without a hash. */
  readonly hashes: string;
}

/**
 * What hash was last seen to belong to which addresses, by path. Saving does not make a stale hash sound, so a pair stays known
 * until its hash changes too, the old address returns, or `accept` is called.
 */
export class HashBaseline {
  private readonly pairs = new Map<string, KnownPair>();

  /** Takes the entries of a text, oldest text first; the result are entries whose hash is that of another address. */
  update(assets: readonly ManifestAsset[]): ManifestAsset[] {
    return assets.filter((asset) => {
      const known = this.pairs.get(asset.path);
      const isStale = known !== undefined && isHashLeftBehind(known, asset);
      if (!isStale) this.pairs.set(asset.path, { urls: asset.urls, hashes: hashesOf(asset) });
      return isStale;
    });
  }

  /** The hash was found to hold for the new address. */
  accept(path: string): void {
    this.pairs.delete(path);
  }
}

/** The warning for an entry that `update` returned. */
export function describeStaleHash({ path, line, index, fields }: ManifestAsset): Problem {
  const { offset, length } = fields.integrity ?? fields.path;
  const message = `The address of “${path}” changed and its hash did not, so that it may prove another file.`;
  return { severity: 'warning', code: 'staleHash', message, offset, length, line, assetIndex: index };
}

/** A mirror that was added or an address that moved up leaves one of the old addresses in place. */
function isHashLeftBehind(known: KnownPair, asset: ManifestAsset): boolean {
  if (known.hashes === '' || known.hashes !== hashesOf(asset)) return false;
  return !asset.urls.some((url) => known.urls.includes(url));
}

function hashesOf({ integrity }: ManifestAsset): string {
  return integrity.map(formatIntegrity).sort().join(' ');
}
