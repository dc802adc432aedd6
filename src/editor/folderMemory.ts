// Where the next download is proposed to go: the folder used last, else the one that the settings name, else the workspace folder.
import type { Memento } from 'vscode';
import * as v from 'valibot';

const KEY = 'lastFolder';

const lastFolderSchema = v.object({ root: v.string(), folder: v.string() });

export interface UsedFolder {
  /** Absolute path of a workspace folder. */
  readonly root: string;
  /** Path in it, `/`-separated; empty: the folder itself. */
  readonly folder: string;
}

/** Remembers one folder a workspace. */
export class FolderMemory {
  constructor(private readonly state: Memento) {}

  last(): UsedFolder | null {
    const parsed = v.safeParse(lastFolderSchema, this.state.get(KEY));
    return parsed.success ? parsed.output : null;
  }

  remember(used: UsedFolder): void {
    // A window that closes takes no state any more; the next one proposes another folder then.
    void this.state.update(KEY, used).then(undefined, () => undefined);
  }
}
