// Tells unfinished transfers of asset lists from those that a person started for a file of their own.
import * as path from 'node:path';
import { isInside } from '../../assets/insidePath';
import type { UnfinishedTransfer } from '../../bridge/protocol';
import type { AssetLists } from './assetLists';
import { findWorkspaceLists, readListText } from './listFile';

/** The transfers that no list of the workspace names. What only served to be hashed is discarded on the way. */
export async function leaveOutListed(
  transfers: readonly UnfinishedTransfer[],
  { engines, scratchFolder }: Pick<AssetLists, 'engines' | 'scratchFolder'>,
): Promise<readonly UnfinishedTransfer[]> {
  if (transfers.length === 0) return transfers;
  const engine = await engines.engine();
  const scratch = transfers.filter(({ root }) => isInside(scratchFolder, root));
  await Promise.all(scratch.map(({ key }) => engine.discard(key).catch(() => undefined)));
  const listed = await findListedFiles(engines);
  return transfers.filter((one) => !scratch.includes(one) && !listed.has(path.join(one.root, one.path)));
}

/** Absolute paths of the entries of all lists. */
async function findListedFiles(engines: AssetLists['engines']): Promise<ReadonlySet<string>> {
  const engine = await engines.engine();
  const files = await Promise.all(
    (await findWorkspaceLists()).map(async (file) => {
      const { list } = await engine.readList(await readListText(file), null);
      return list.assets.map((asset) => path.join(file.root, asset.path));
    }),
  );
  return new Set(files.flat());
}
