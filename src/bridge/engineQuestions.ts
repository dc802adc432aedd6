// Questions to the engine and their answers, matched by id. Transfers, which tell events before they end, are engineClient.ts's.
import type { FetchError } from '../assets/fetchError';
import { cancelled, crashed } from './clientError';
import type { EngineMessage, HostMessage } from './protocol';

/** Messages that answer a question. */
export type Answer = Extract<
  EngineMessage,
  { type: 'unfinished' | 'discarded' | 'listRead' | 'listEdited' | 'diagnosis' }
>;

type AnswerOf<Type extends Answer['type']> = Extract<Answer, { type: Type }>;

interface PendingQuestion {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: FetchError) => void;
}

export interface QuestionChannel {
  /** An id that no transfer and no other question has. */
  readonly nextId: () => string;
  /** Throws `cancelled` once the engine is stopped. */
  readonly post: (message: HostMessage) => void;
  /** Tells the engine that nobody waits for this answer any more. Must not throw. */
  readonly leave: (id: string) => void;
}

/** The open questions of one engine. Call `rejectAll` when it dies or is stopped: no promise is left open then. */
export class EngineQuestions {
  private readonly pending = new Map<string, PendingQuestion>();

  constructor(private readonly channel: QuestionChannel) {}

  /** Asks what is answered quickly, or not at all: `engineCrashed` after `timeoutMs`. */
  async ask<Type extends Answer['type']>(
    type: Type,
    timeoutMs: number,
    makeQuestion: (id: string) => HostMessage,
  ): Promise<AnswerOf<Type>> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await this.pose(type, makeQuestion, (_id, reject) => {
        timer = setTimeout(() => reject(crashed('it does not answer')), timeoutMs);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks what may take its time. An abort of `signal` rejects with `cancelled` at once and tells the engine to leave it. */
  async askAtLength<Type extends Answer['type']>(
    type: Type,
    signal: AbortSignal | undefined,
    makeQuestion: (id: string) => HostMessage,
  ): Promise<AnswerOf<Type>> {
    if (signal?.aborted === true) throw cancelled();
    let abandon = (): void => undefined;
    try {
      return await this.pose(type, makeQuestion, (id, reject) => {
        abandon = () => {
          reject(cancelled());
          this.channel.leave(id);
        };
        signal?.addEventListener('abort', abandon, { once: true });
      });
    } finally {
      signal?.removeEventListener('abort', abandon);
    }
  }

  /** Takes an answer; one that nobody waits for any more is ignored. */
  answer(message: Answer): void {
    this.pending.get(message.id)?.resolve(message);
  }

  /** Takes a refusal to answer; one that nobody waits for any more is ignored. */
  fail(id: string, error: FetchError): void {
    this.pending.get(id)?.reject(error);
  }

  rejectAll(error: FetchError): void {
    for (const { reject } of this.pending.values()) reject(error);
  }

  /** @param prepare is told the id and the way out before the question is posted */
  private async pose<Type extends Answer['type']>(
    type: Type,
    makeQuestion: (id: string) => HostMessage,
    prepare: (id: string, reject: (error: FetchError) => void) => void,
  ): Promise<AnswerOf<Type>> {
    const id = this.channel.nextId();
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.pending.set(id, { resolve, reject });
        prepare(id, reject);
        this.channel.post(makeQuestion(id));
      });
      if (isOfType(answer, type)) return answer;
      throw crashed('it answers something else than it was asked');
    } finally {
      this.pending.delete(id);
    }
  }
}

function isOfType<Type extends Answer['type']>(answer: Answer, type: Type): answer is AnswerOf<Type> {
  return answer.type === type;
}
