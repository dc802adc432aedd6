// What the commands work with, made once by main.ts.
import type { AssetLists } from './assetList/assetLists';
import type { BackgroundStatus } from './backgroundStatus';
import type { DiagnosisDocuments } from './diagnosisDocuments';
import type { Downloader } from './downloader';
import type { FolderMemory } from './folderMemory';
import type { Log } from './log';
import type { WatchedDownload } from './watchedDownload';

export interface Services {
  readonly log: Log;
  readonly downloader: Downloader;
  readonly watched: WatchedDownload;
  readonly memory: FolderMemory;
  readonly status: BackgroundStatus;
  readonly assetLists: AssetLists;
  readonly diagnoses: DiagnosisDocuments;
}
