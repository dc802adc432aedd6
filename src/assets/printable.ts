// Characters that nobody sees and that change what is seen: one class for file names, terminals and NDJSON.

// C0, DEL, C1; marks that reverse text (`exe.txt` that reads as `txt.exe`), separators, joiners and fillers without a width,
// annotations, tags; what is no character. U+200C and U+200D stay: scripts and emoji are written with them.
const UNPRINTABLE =
  /[\0-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Whether the text holds control characters, marks that reorder or hide text, or half a surrogate pair. */
export function isUnprintable(text: string): boolean {
  return text.search(UNPRINTABLE) >= 0;
}

/** The text with `replacement` in place of each such character. */
export function replaceUnprintable(text: string, replacement: string | ((character: string) => string)): string {
  return text.replace(UNPRINTABLE, (character) =>
    typeof replacement === 'string' ? replacement : replacement(character),
  );
}
