// Finds entries of a manifest that cannot both be on disk: the same path (by any file system's reckoning), or one below the other.
// Entries for different machines may share a path.
import type { ManifestAsset } from './manifestEntry';
import type { ProblemCollector } from './manifestProblems';
import { foldPath } from './sensitivePath';

/** Tells `pathCollision` and `nestedPath` on the later entry of each pair. Linear in the number of entries. */
export function findPathConflicts(assets: readonly ManifestAsset[], collector: ProblemCollector): void {
  const claims = new Map<string, ManifestAsset>();
  const folded = assets.map((asset) => foldPath(asset.path));
  assets.forEach((asset, position) => {
    const path = folded[position] ?? '';
    const other = findClaim(claims, path, asset);
    if (other !== null) tellCollision(asset, other, collector);
    for (const key of claimKeys(asset)) if (!claims.has(path + key)) claims.set(path + key, asset);
  });
  assets.forEach((asset, position) => {
    for (const ancestor of ancestorsOf(folded[position] ?? '')) {
      const other = findClaim(claims, ancestor, asset);
      if (other !== null) tellNesting(asset, other, collector);
    }
  });
}

/** Tells `unsafePath` on entries that would take the place of the manifest itself, which has the paths `ownPaths`. */
export function findOwnPath(
  assets: readonly ManifestAsset[],
  ownPaths: readonly string[],
  collector: ProblemCollector,
): void {
  if (ownPaths.length === 0) return;
  const own = new Set(ownPaths.map(foldPath));
  for (const { path, fields, index } of assets) {
    const folded = foldPath(path);
    if (![folded, ...ancestorsOf(folded)].some((claimed) => own.has(claimed))) continue;
    collector.add('error', 'unsafePath', `“${path}” is the list itself; choose another path.`, fields.path, index);
  }
}

function tellCollision(asset: ManifestAsset, other: ManifestAsset, collector: ProblemCollector): void {
  const message =
    asset.path === other.path
      ? `“${asset.path}” is listed twice; the other is in line ${other.line}.`
      : `“${asset.path}” and “${other.path}” in line ${other.line} are the same file on some systems.`;
  collector.add('error', 'pathCollision', message, asset.fields.path, asset.index);
}

function tellNesting(asset: ManifestAsset, other: ManifestAsset, collector: ProblemCollector): void {
  const message = `“${asset.path}” lies below “${other.path}” in line ${other.line}, which is a file.`;
  collector.add('error', 'nestedPath', message, asset.fields.path, asset.index);
}

/** An entry that claims the path on a machine on which this one is wanted too. */
function findClaim(
  claims: ReadonlyMap<string, ManifestAsset>,
  path: string,
  asset: ManifestAsset,
): ManifestAsset | null {
  for (const key of lookupKeys(asset)) {
    const other = claims.get(path + key);
    if (other !== undefined) return other;
  }
  return null;
}

// Keys follow a NUL, which no path holds. `linux-x64` claims itself and a part of linux; it meets itself, all of linux, and all
// machines. So every overlap is found by a few look-ups, however many platforms are listed.
function claimKeys({ platforms }: ManifestAsset): string[] {
  if (platforms === null) return ['\0any', '\0all'];
  return [
    '\0any',
    ...platforms.flatMap((name) =>
      name.includes('-') ? [`\0${name}`, `\0part of ${systemOf(name)}`] : wholeSystem(name),
    ),
  ];
}

function lookupKeys({ platforms }: ManifestAsset): string[] {
  if (platforms === null) return ['\0any'];
  return [
    '\0all',
    ...platforms.flatMap((name) => (name.includes('-') ? [`\0${name}`, `\0${systemOf(name)}`] : wholeSystem(name))),
  ];
}

function wholeSystem(name: string): string[] {
  return [`\0${name}`, `\0part of ${name}`];
}

function systemOf(platform: string): string {
  return platform.slice(0, platform.indexOf('-'));
}

/** `a/b/c` → `a`, `a/b`. */
function* ancestorsOf(path: string): Generator<string> {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) yield path.slice(0, slash);
}
