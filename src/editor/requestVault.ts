// Keeps the whole requests of unfinished transfers, signed URLs and headers included, in VS Code's secret storage. The engine's
// journal holds nothing of the sort.
import * as v from 'valibot';
import type { SecretStorage } from 'vscode';
import { fetchRequestSchema, type FetchRequest } from '../assets/request';
import type { Log } from './log';

const PREFIX = 'transfer:';

/** Requests by the key of their transfer. Losing one only means that the address is asked for again, so no method fails. */
export class RequestVault {
  constructor(
    private readonly secrets: SecretStorage,
    private readonly log: Log,
  ) {}

  async store(key: string, request: FetchRequest): Promise<void> {
    await this.attempt('store', this.secrets.store(PREFIX + key, JSON.stringify(request)));
  }

  async load(key: string): Promise<FetchRequest | null> {
    const json = await this.attempt('read', this.secrets.get(PREFIX + key));
    if (json === undefined) return null;
    const parsed = v.safeParse(fetchRequestSchema, parseJson(json));
    return parsed.success ? parsed.output : null;
  }

  async remove(key: string): Promise<void> {
    await this.attempt('remove', this.secrets.delete(PREFIX + key));
  }

  private async attempt<T>(what: string, action: Thenable<T>): Promise<T | undefined> {
    try {
      return await action;
    } catch (error) {
      // A locked key ring, a server without one.
      this.log.write('warn', `Secret storage failed to ${what} a request: ${String(error)}`);
      return undefined;
    }
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
