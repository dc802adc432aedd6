// A change to an asset list that no person types, as data: it is worked out where long lists hold nobody up.
import * as v from 'valibot';
import { FetchError } from './fetchError';
import { formatIntegrity, type Integrity } from './integrity';
import { parseManifest } from './manifest';
import { addAsset, setAssetFields, textChange, type TextChange } from './manifestEdit';

const proofSchema = v.object({
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  sizeBytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

export const listEditSchema = v.variant('type', [
  v.object({ type: v.literal('add'), path: v.string(), url: v.string(), proof: v.nullable(proofSchema) }),
  v.object({ type: v.literal('prove'), path: v.string(), proof: proofSchema }),
]);

/** `add` appends an entry; `prove` sets hash and size of the one with that path. */
export type ListEdit = v.InferOutput<typeof listEditSchema>;

/**
 * What to replace in the text of a list.
 * @throws FetchError `invalidRequest` where the text is no list that can be edited, or has no such entry
 */
export function planListEdit(text: string, edit: ListEdit): TextChange {
  return textChange(text, edit.type === 'add' ? addEntry(text, edit) : proveEntry(text, edit));
}

function addEntry(text: string, { path, url, proof }: Extract<ListEdit, { type: 'add' }>): string {
  const integrity = proof === null ? [] : [asIntegrity(proof.sha256)];
  return addAsset(text, { path, urls: [url], integrity, sizeBytes: proof?.sizeBytes ?? null });
}

/** Entries may have moved since: the path tells which one is meant. */
function proveEntry(text: string, { path, proof }: Extract<ListEdit, { type: 'prove' }>): string {
  const asset = parseManifest(text).assets.find((candidate) => candidate.path === path);
  if (asset === undefined) throw new FetchError('invalidRequest', `The list has no entry ${path} any more.`);
  const integrity = formatIntegrity(asIntegrity(proof.sha256));
  return setAssetFields(text, asset.index, { integrity, size: proof.sizeBytes });
}

function asIntegrity(digestHex: string): Integrity {
  return { algorithm: 'sha256', digestHex };
}
