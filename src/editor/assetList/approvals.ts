// What a person decided about asset lists of this workspace: which content was approved, and where never to ask again.
import { createHash } from 'node:crypto';
import type { Memento, Uri } from 'vscode';
import * as v from 'valibot';

const KEY = 'assetLists';

const decisionsSchema = v.record(v.string(), v.object({ approved: v.nullable(v.string()), isSilenced: v.boolean() }));

type Decision = v.InferOutput<typeof decisionsSchema>[string];

const undecided: Decision = { approved: null, isSilenced: false };

/** Kept in the workspace's own storage, which no repository can bring along. */
export class ListApprovals {
  constructor(private readonly state: Memento) {}

  /** Whether exactly this text was approved. */
  isApproved(list: Uri, text: string): boolean {
    return this.decision(list).approved === digestOf(text);
  }

  /** A person had this text fetched, so they want to hear of the list again, too. */
  approve(list: Uri, text: string): void {
    this.decide(list, { approved: digestOf(text), isSilenced: false });
  }

  isSilenced(list: Uri): boolean {
    return this.decision(list).isSilenced;
  }

  /** Never Here. */
  silence(list: Uri): void {
    this.decide(list, { ...this.decision(list), isSilenced: true });
  }

  private decision(list: Uri): Decision {
    return this.all()[list.toString()] ?? undecided;
  }

  private decide(list: Uri, decision: Decision): void {
    const decisions = { ...this.all(), [list.toString()]: decision };
    // A window that closes takes no state any more; the next one asks again then.
    void this.state.update(KEY, decisions).then(undefined, () => undefined);
  }

  private all(): Readonly<Record<string, Decision>> {
    const parsed = v.safeParse(decisionsSchema, this.state.get(KEY));
    return parsed.success ? parsed.output : {};
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
