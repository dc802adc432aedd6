// Places resolved a moment ago: a list of many files asks for the same few folders over and over.
import type { FetchRequest } from '../assets/request';
import type { Disk } from './disk';
import { resolvePlace, type Place } from './place';

/** Publishing checks the folder once more, so that a stale place can only be refused, never written to. */
const FRESH_MS = 1_000;

/** Remembers for a second; nothing to dispose. */
export class PlaceCache {
  private readonly places = new Map<string, { readonly place: Promise<Place>; readonly atMs: number }>();

  constructor(private readonly disk: Disk) {}

  /** As `resolvePlace`, whose errors it raises. */
  resolve(request: Pick<FetchRequest, 'root' | 'path' | 'isFolder'>): Promise<Place> {
    const { root, path, isFolder } = request;
    const folder = isFolder ? path : path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const key = JSON.stringify([root, folder, isFolder]);
    const nowMs = this.disk.clock.nowMs();
    const known = this.places.get(key);
    if (known && nowMs - known.atMs < FRESH_MS) return known.place;
    const place = resolvePlace(this.disk, request);
    this.places.set(key, { place, atMs: nowMs });
    // Folders still to be made will exist in a moment, and an error may be mended.
    const forget = (): boolean => this.places.delete(key);
    place.then(({ missingFolders }) => missingFolders.length > 0 && forget(), forget);
    return place;
  }
}
