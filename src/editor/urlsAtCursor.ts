// The URLs that a person points at in an editor. What is done with them is downloadAtUrl.ts.
import type { TextEditor, TextDocument, Selection } from 'vscode';
import { findUrlsInLine, urlAt } from '../assets/urlInText';

/** A selection of more lines than this is not a way to point at URLs. */
const MOST_LINES = 10_000;

/** The URLs under the cursors and in the selections, each once, in the order of the text. */
export function urlsAtCursors({ document, selections }: TextEditor): readonly string[] {
  const urls = selections.flatMap((selection) =>
    selection.isEmpty ? urlUnder(document, selection) : urlsIn(document, selection),
  );
  return [...new Set(urls)];
}

function urlUnder(document: TextDocument, { active }: Selection): string[] {
  const found = urlAt(document.lineAt(active.line).text, active.character);
  return found === null ? [] : [found.url];
}

/** A URL counts as soon as a part of it is selected; one that only touches the selection's end does not. */
function urlsIn(document: TextDocument, { start, end }: Selection): string[] {
  const urls: string[] = [];
  for (let line = start.line; line <= Math.min(end.line, start.line + MOST_LINES); line += 1) {
    const from = line === start.line ? start.character : 0;
    const to = line === end.line ? end.character : Number.POSITIVE_INFINITY;
    const found = findUrlsInLine(document.lineAt(line).text);
    urls.push(...found.filter((url) => url.start < to && url.end > from).map(({ url }) => url));
  }
  return urls;
}
