// Writes into asset-fetch.json as a person would: comments, indentation, line ends and trailing commas stay as they are. Own code
// for insertions, since jsonc-parser's `modify` reformats the neighbouring entries.
import { createScanner, findNodeAtLocation, modify, applyEdits, parseTree } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { FetchError } from './fetchError';
import { formatIntegrity, type Integrity } from './integrity';

/** What `addAsset` writes. Fields that are left out or null are not written. */
export interface NewAsset {
  readonly path: string;
  /** One is written as `url`, several as `urls`. */
  readonly urls: readonly string[];
  readonly integrity: readonly Integrity[];
  readonly sizeBytes: number | null;
  readonly isExecutable?: boolean;
  readonly platforms?: readonly string[] | null;
}

export type AssetField = 'path' | 'url' | 'urls' | 'integrity' | 'size' | 'executable' | 'platforms';
export type FieldValue = string | number | boolean | readonly string[];

/** A new manifest, without entries. */
export const emptyManifest = '{\n  "version": 1,\n  "assets": []\n}\n';

/**
 * The text with one more entry at the end of `assets`, laid out like the one before it.
 * @throws FetchError `invalidRequest` where the text is no manifest that can be edited
 */
export function addAsset(text: string, asset: NewAsset): string {
  const root = parseForEdit(text);
  const list = findNodeAtLocation(root, ['assets']);
  const value = toJson(asset);
  if (list === undefined)
    return applyEdits(text, modify(text, ['assets'], [value], { formattingOptions: styleOf(text) }));
  if (list.type !== 'array') throw cannotEdit('“assets” is no list');
  const last = list.children?.at(-1);
  return last === undefined
    ? addFirst(text, list, value)
    : insertAfter(text, last, list, layOutLike(text, last, list, value));
}

/**
 * The text with fields of the entry `index` (from 0) set; null removes one. New fields come last.
 * @throws FetchError `invalidRequest` where there is no such entry
 */
export function setAssetFields(
  text: string,
  index: number,
  values: Readonly<Partial<Record<AssetField, FieldValue | null>>>,
): string {
  return Object.entries(values).reduce((edited, [field, value]) => setField(edited, index, field, value), text);
}

/** A replacement in a text. */
export interface TextChange {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** The shortest replacement that turns one text into the other, for editors: everything outside it is the same in both. */
export function textChange(before: string, after: string): TextChange {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { offset: head, length: before.length - head - tail, content: after.slice(head, after.length - tail) };
}

/** The text after a replacement. */
export function applyTextChange(text: string, { offset, length, content }: TextChange): string {
  return splice(text, offset, offset + length, content);
}

function setField(text: string, index: number, field: string, value: FieldValue | null): string {
  const entry = findNodeAtLocation(parseForEdit(text), ['assets', index]);
  if (entry?.type !== 'object') throw cannotEdit(`it has no entry ${index + 1}`);
  if (value === null) return applyEdits(text, modify(text, ['assets', index, field], undefined, {}));
  const present = findNodeAtLocation(entry, [field]);
  const last = entry.children?.at(-1);
  const json = JSON.stringify(value);
  if (present !== undefined) return splice(text, present.offset, endOf(present), json);
  if (last === undefined) return splice(text, entry.offset, endOf(entry), `{ "${field}": ${json} }`);
  return insertAfter(text, last, entry, `"${field}": ${json}`);
}

/** Puts a member behind the last one: on a line of its own where that one is, behind its comment, with its comma habits. */
function insertAfter(text: string, last: Node, container: Node, printed: string): string {
  const comma = findTrailingComma(text, endOf(last), endOf(container) - 1);
  const isMultiline = /[\r\n]/.test(text.slice(container.offset, last.offset));
  if (!isMultiline) {
    const inserted = comma === null ? `, ${printed}` : ` ${printed},`;
    const at = comma === null ? endOf(last) : comma + 1;
    return splice(text, at, at, inserted);
  }
  const at = endOfLineComment(text, comma === null ? endOf(last) : comma + 1, endOf(container) - 1);
  const line = `${styleOf(text).eol}${indentAt(text, last.offset)}${printed}${comma === null ? '' : ','}`;
  const withMember = splice(text, at, at, line);
  return comma === null ? splice(withMember, endOf(last), endOf(last), ',') : withMember;
}

/** The first entry of an empty list; comments in the list stay above it. */
function addFirst(text: string, list: Node, value: object): string {
  const { eol, unit } = styleOf(text);
  const outer = indentAt(text, list.offset);
  const printed = print(value, outer + unit, text);
  const close = endOf(list) - 1;
  const inner = text.slice(list.offset + 1, close).trimEnd();
  return splice(text, list.offset + 1, close, `${inner}${eol}${outer}${unit}${printed}${eol}${outer}`);
}

/** One line where the entry before takes one line, else one field a line. */
function layOutLike(text: string, last: Node, list: Node, value: object): string {
  const isOneLine = !/[\r\n]/.test(text.slice(last.offset, endOf(last)));
  const isListOneLine = !/[\r\n]/.test(text.slice(list.offset, last.offset));
  if (!isOneLine && !isListOneLine) return print(value, indentAt(text, last.offset), text);
  const fields = Object.entries(value).map(([name, field]) => `"${name}": ${JSON.stringify(field)}`);
  return `{ ${fields.join(', ')} }`;
}

function print(value: object, indent: string, text: string): string {
  const { eol, unit } = styleOf(text);
  return JSON.stringify(value, null, unit).replaceAll('\n', eol + indent);
}

/** Keys in the order in which people expect them. */
function toJson(asset: NewAsset): object {
  const { path, urls, integrity, sizeBytes, isExecutable, platforms } = asset;
  return {
    path,
    ...(urls.length === 1 ? { url: urls[0] } : { urls }),
    ...(integrity.length > 0 ? { integrity: integrity.map(formatIntegrity).join(' ') } : {}),
    ...(sizeBytes === null ? {} : { size: sizeBytes }),
    ...(isExecutable === true ? { executable: true } : {}),
    ...(platforms ? { platforms } : {}),
  };
}

function parseForEdit(text: string): Node {
  const errors: ParseError[] = [];
  const root = parseTree(text.replace(/^\ufeff/, ' '), errors, { allowTrailingComma: true });
  if (root === undefined || errors.length > 0) throw cannotEdit('it is not valid JSON');
  if (root.type !== 'object') throw cannotEdit('it is not an object in braces');
  return root;
}

function cannotEdit(why: string): FetchError {
  return new FetchError('invalidRequest', `The asset list cannot be changed because ${why}; repair it first.`);
}

/** Offset of the comma between a member's end and the closing bracket; null without one. Commas in comments don't count. */
function findTrailingComma(text: string, from: number, close: number): number | null {
  const scanner = createScanner(text, true);
  scanner.setPosition(from);
  scanner.scan();
  const offset = scanner.getTokenOffset();
  return offset < close && text.charAt(offset) === ',' ? offset : null;
}

/** Behind the comments that follow on the same line: they belong to the member before them. */
function endOfLineComment(text: string, from: number, close: number): number {
  const rest = text.slice(from, close);
  const comments = /^(?:[ \t]*(?:\/\/[^\r\n]*|\/\*(?:[^*\r\n]|\*(?!\/))*\*\/))+/.exec(rest)?.[0] ?? '';
  return from + comments.length;
}

interface Style {
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;
  readonly insertSpaces: boolean;
  readonly tabSize: number;
}

/** The habits of the text, by its first line end and its first indented line; a comment before the manifest has its own. */
function styleOf(text: string): Style {
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const unit = /[\r\n]([ \t]+)\S/.exec(text.slice(parseForEdit(text).offset))?.[1] ?? '  ';
  return { eol, unit, insertSpaces: !unit.startsWith('\t'), tabSize: unit.length };
}

/** The blanks at the beginning of the line of an offset. */
function indentAt(text: string, offset: number): string {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

function splice(text: string, start: number, end: number, content: string): string {
  return text.slice(0, start) + content + text.slice(end);
}
