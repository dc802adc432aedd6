// Looks for a secret where none may be: in folders (names and contents) and in outputs, in the forms it may have taken.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './tempFolder';

/** Where a canary may have got to. */
export interface CanaryPlaces {
  readonly folders?: readonly string[];
  /** Outputs, log texts, error messages: what each is, and its text. Objects are judged by their JSON. */
  readonly texts?: Readonly<Record<string, unknown>>;
}

/** Every place that shows `token`, plain or in base64, hex, or percent-encoded. */
export function findCanary(token: string, { folders = [], texts = {} }: CanaryPlaces): string[] {
  const forms = formsOf(token);
  const holdsToken = (text: string): boolean => forms.some((form) => text.includes(form));
  const inFiles = folders.flatMap((folder) =>
    listFiles(folder)
      .map((file) => join(folder, file))
      .filter((file) => holdsToken(file) || holdsToken(readFileSync(file, 'latin1'))),
  );
  const inTexts = Object.entries(texts).filter(([, text]) => holdsToken(asText(text)));
  return [...inFiles, ...inTexts.map(([name]) => name)];
}

/** Fails, naming the places, if `token` shows in any. Take a token of 12 characters or more: short ones turn up by chance. */
export function assertNoCanary(token: string, places: CanaryPlaces): void {
  assert.deepEqual(findCanary(token, places), [], `the secret ${token} must not show`);
}

function formsOf(token: string): string[] {
  const bytes = Buffer.from(token);
  return [token, encodeURIComponent(token), bytes.toString('hex'), ...base64Forms(bytes)];
}

/** Base64 of the token at each of the three alignments, without the characters that its neighbours share. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(lead === 0 ? 0 : lead + 1, -1);
  });
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.stack ?? ''} ${JSON.stringify(value)} ${asText(value.cause ?? '')}`;
  return value === undefined ? '' : JSON.stringify(value);
}
