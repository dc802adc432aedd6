// "Add Hash" and "Update Hash": fetches what an entry's address gives, hashes it, and writes hash and size into the list.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { FetchError } from '../../assets/fetchError';
import { formatIntegrity } from '../../assets/integrity';
import type { ManifestAsset } from '../../assets/manifestEntry';
import { formatBytes } from '../../assets/quantityText';
import type { FetchResult } from '../../assets/request';
import type { TransferEvent } from '../../bridge/protocol';
import type { EngineHost } from '../engineHost';
import { showNotice } from '../notices';
import type { ListFetcher } from './fetchLists';
import { editList } from './listEdit';
import { nameOfList, type ListFile } from './listFile';
import { loadList, type ListItem, type LoadedList } from './listReading';
import type { OpenLists } from './openLists';
import { RunNotification } from './runDisplays';

const { l10n } = vscode;

/** Carries the fix out; the bytes that it fetches are gone again afterwards. */
export class HashFix {
  constructor(
    private readonly engines: EngineHost,
    private readonly fetcher: ListFetcher,
    private readonly openLists: OpenLists,
    /** Absolute folder for bytes that only serve to be hashed. */
    private readonly scratchFolder: string,
  ) {}

  /** Fills in the hash and size of the entry with this path. @throws FetchError of any code */
  async run(file: ListFile, assetPath: string): Promise<void> {
    const list = await loadList(this.engines, file);
    const planned = list.plan.find(({ asset }) => asset.path === assetPath);
    if (planned === undefined) {
      throw new FetchError('invalidRequest', l10n.t('The list has no sound entry {0}.', assetPath));
    }
    // A file that is missing, or that we put there, is what the person wants next, so its bytes go to their place. A file
    // that is a person's, or that no hash ties to us, must not be replaced for the sake of a hash: those bytes are dropped.
    const result =
      planned.action === 'fetch' ? await this.fetchToPlace(list, planned) : await this.fetchToScratch(list, planned);
    await this.write(file, planned.asset, result);
  }

  private fetchToPlace(list: LoadedList, planned: ListItem['planned']): Promise<FetchResult> {
    return this.fetch(list, { file: list.file, planned: { ...planned, asset: withoutProof(planned.asset) } });
  }

  private async fetchToScratch(list: LoadedList, planned: ListItem['planned']): Promise<FetchResult> {
    await mkdir(this.scratchFolder, { recursive: true });
    const root = await mkdtemp(path.join(this.scratchFolder, 'hash-'));
    const asset = { ...withoutProof(planned.asset), path: 'bytes', isExecutable: false };
    try {
      return await this.fetch(list, { file: { ...list.file, root }, planned: { ...planned, asset, replaces: false } });
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }

  private async fetch(list: LoadedList, item: ListItem): Promise<FetchResult> {
    const cancelling = new AbortController();
    const display = new KeyedNotification(() => cancelling.abort());
    const { outcomes } = await this.fetcher.fetch({ lists: [list], items: [item], display, signal: cancelling.signal });
    const [outcome] = outcomes;
    if (outcome?.type === 'done') return outcome.result;
    // Nobody would look for these bytes later.
    if (display.key !== null && item.file.root !== list.file.root) await this.discard(display.key);
    throw outcome?.error ?? new FetchError('cancelled', l10n.t('Nothing was fetched.'));
  }

  private async discard(key: string): Promise<void> {
    const engine = await this.engines.engine();
    await engine.discard(key).catch(() => undefined);
  }

  private async write(file: ListFile, asset: ManifestAsset, { sha256, bytes }: FetchResult): Promise<void> {
    const integrity = formatIntegrity({ algorithm: 'sha256', digestHex: sha256 });
    const isKnown = asset.integrity.some((hash) => formatIntegrity(hash) === integrity);
    if (isKnown) this.openLists.acceptHash(file.uri, asset.path);
    else await editList(this.engines, file, { type: 'prove', path: asset.path, proof: { sha256, sizeBytes: bytes } });
    const text = isKnown
      ? l10n.t('The hash of {0} holds for its new address, too.', asset.path)
      : l10n.t('{0} is {1} and has {2}; {3} says so now.', asset.path, formatBytes(bytes), integrity, nameOfList(file));
    void showNotice('info', text);
  }
}

/** The address alone: what it gives is to be found out. */
function withoutProof(asset: ManifestAsset): ManifestAsset {
  return { ...asset, integrity: [], sizeBytes: null };
}

/** Remembers the key of the one transfer it shows. */
class KeyedNotification extends RunNotification {
  key: string | null = null;

  override handle(item: ListItem, event: TransferEvent): void {
    if (event.type === 'started') this.key = event.key;
    super.handle(item, event);
  }
}
