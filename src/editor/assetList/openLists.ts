// The asset lists that are open in editors: read anew as they change, and as the files they name change on disk. Diagnostics, lenses
// and fixes all show what is known here.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { describeStaleHash, HashBaseline } from '../../assets/hashBaseline';
import type { ManifestAsset } from '../../assets/manifestEntry';
import type { Problem } from '../../assets/manifestProblems';
import type { EngineHost } from '../engineHost';
import type { Log } from '../log';
import { isListDocument, listFileAt, openListDocument } from './listFile';
import { loadList, type LoadedList } from './listReading';

/** After the last keystroke or change on disk. */
const QUIET_MS = 300;

/** An open list as last read. */
export interface OpenList extends LoadedList {
  readonly problems: readonly Problem[];
}

interface Watched {
  readonly baseline: HashBaseline;
  timer: NodeJS.Timeout | null;
  reading: AbortController | null;
  list: OpenList | null;
  /** Absolute paths whose changes on disk concern the list. */
  places: ReadonlySet<string>;
}

/** Dispose it at the end. */
export class OpenLists implements vscode.Disposable {
  private readonly watched = new Map<string, Watched>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable;
  private diskWatch: vscode.Disposable | null = null;
  /** A list was read anew or closed. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly engines: EngineHost,
    private readonly log: Log,
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.open(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.refresh(document.uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.close(uri)),
    );
    vscode.workspace.textDocuments.forEach((document) => this.open(document));
  }

  /** The list as last read; null where it is not open or was not read yet. */
  get(uri: vscode.Uri): OpenList | null {
    return this.watched.get(uri.toString())?.list ?? null;
  }

  /** As `get`, for exactly the text that the document has now: waits for the reading that is under way. Null where `token` ends it. */
  async current(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<OpenList | null> {
    const isBehind = (): boolean => (this.get(document.uri)?.text ?? document.getText()) !== document.getText();
    if (isBehind()) await this.waitUntil(() => !isBehind(), token);
    return token.isCancellationRequested ? null : this.get(document.uri);
  }

  /** Reads a list anew soon; nothing where it is not open. */
  refresh(uri: vscode.Uri): void {
    const watched = this.watched.get(uri.toString());
    if (watched === undefined) return;
    if (watched.timer !== null) clearTimeout(watched.timer);
    watched.timer = setTimeout(() => void this.read(uri, watched), QUIET_MS);
  }

  /** The hash of an entry was found to hold for its new address. */
  acceptHash(uri: vscode.Uri, assetPath: string): void {
    this.watched.get(uri.toString())?.baseline.accept(assetPath);
    this.refresh(uri);
  }

  dispose(): void {
    for (const watched of this.watched.values()) stop(watched);
    this.watched.clear();
    this.diskWatch?.dispose();
    this.subscriptions.dispose();
    this.changed.dispose();
  }

  private waitUntil(holds: () => boolean, token: vscode.CancellationToken): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds() && !token.isCancellationRequested) return;
        listeners.dispose();
        resolve();
      };
      const listeners = vscode.Disposable.from(this.onDidChange(look), token.onCancellationRequested(look));
      look();
    });
  }

  private open(document: vscode.TextDocument): void {
    if (!isListDocument(document)) return;
    const key = document.uri.toString();
    const watched = { baseline: new HashBaseline(), timer: null, reading: null, list: null, places: new Set<string>() };
    if (!this.watched.has(key)) this.watched.set(key, watched);
    this.diskWatch ??= this.watchDisk();
    this.refresh(document.uri);
  }

  private close(uri: vscode.Uri): void {
    const watched = this.watched.get(uri.toString());
    if (watched === undefined) return;
    stop(watched);
    this.watched.delete(uri.toString());
    this.changed.fire(uri);
  }

  private async read(uri: vscode.Uri, watched: Watched): Promise<void> {
    watched.reading?.abort();
    const controller = new AbortController();
    watched.reading = controller;
    const file = listFileAt(uri);
    // What the editor shows, whatever line ends and encoding the file has: offsets are those of its text.
    const text = openListDocument(file)?.getText() ?? '';
    try {
      const loaded = await loadList(this.engines, file, { signal: controller.signal, text });
      if (!controller.signal.aborted) this.take(uri, watched, loaded);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.log.write('warn', `${uri.fsPath} could not be read: ${String(error)}`);
      watched.list = null;
      this.changed.fire(uri);
    }
  }

  private take(uri: vscode.Uri, watched: Watched, loaded: LoadedList): void {
    const { assets, problems } = loaded.reading.list;
    const stale = watched.baseline.update(assets).map(describeStaleHash);
    watched.places = placesOf(loaded.file.root, assets);
    watched.list = { ...loaded, problems: [...problems, ...stale] };
    this.changed.fire(uri);
  }

  private watchDisk(): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*');
    const look = ({ fsPath }: vscode.Uri): void => {
      for (const [key, { places }] of this.watched) if (places.has(fsPath)) this.refresh(vscode.Uri.parse(key));
    };
    watcher.onDidCreate(look);
    watcher.onDidChange(look);
    watcher.onDidDelete(look);
    return watcher;
  }
}

/** The files of the entries and the folders they lie in: deleting or renaming a folder is told as one event. */
function placesOf(root: string, assets: readonly ManifestAsset[]): ReadonlySet<string> {
  const places = new Set<string>();
  for (const asset of assets) {
    // Up to the first folder that another entry has led to already: lists are long, folders few.
    for (let place = path.join(root, asset.path); place !== root && !places.has(place); place = path.dirname(place)) {
      places.add(place);
    }
  }
  return places;
}

function stop({ timer, reading }: Watched): void {
  if (timer !== null) clearTimeout(timer);
  reading?.abort();
}
