// Reads asset lists for the host: parsing and looking at the disk, both of which take long for long lists. Fetches nothing.
import { asFetchError, FetchError, toPlainError } from '../assets/fetchError';
import { matchesPlatform, parseManifest } from '../assets/manifest';
import type { ManifestAsset } from '../assets/manifestEntry';
import type { DiskState } from '../assets/syncPlan';
import type { ListReading, ListSurvey } from '../bridge/protocol';
import type { TransferQueue } from './queue';

/** The readings of one engine thread, by the ids of the host's messages. */
export class ListReader {
  private readonly running = new Map<string, AbortController>();

  /** `queue` is the one of the newest settings; null before the first. */
  constructor(private readonly queue: () => Pick<TransferQueue, 'survey'> | null) {}

  /** Never rejects: what is wrong with the list or the disk is in the reading. */
  async read(id: string, text: string, survey: ListSurvey | null): Promise<ListReading> {
    const list = parseManifest(text);
    if (survey === null) return { list, states: null, error: null };
    const controller = new AbortController();
    this.running.set(id, controller);
    try {
      return { list, states: await this.look(list.assets, survey, controller.signal), error: null };
    } catch (error) {
      return { list, states: null, error: toPlainError(asFetchError(error)) };
    } finally {
      this.running.delete(id);
    }
  }

  /** Ends a survey; unknown ids are ignored. */
  cancel(id: string): void {
    this.running.get(id)?.abort(new FetchError('cancelled', 'Looking at the files was cancelled.'));
  }

  /** Entries for other machines are not looked at: two of them may name one path. */
  private async look(
    assets: readonly ManifestAsset[],
    survey: ListSurvey,
    signal: AbortSignal,
  ): Promise<readonly DiskState[]> {
    const here = assets.filter((asset) => matchesPlatform(asset, process.platform, process.arch));
    const states = await this.queue()?.survey(here, { ...survey, signal });
    return assets.map((asset) => states?.get(asset) ?? { type: 'missing' });
  }
}
