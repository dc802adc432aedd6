// One component of a path: what every file system can store, and making a name from the network fit. Folders are destination.ts.
import sanitize from 'sanitize-filename';
import { replaceUnprintable } from './printable';

/** Longest component that common file systems store, in bytes of UTF-8 (ext4, APFS; NTFS counts 255 UTF-16 units). */
export const maxComponentBytes = 255;

/** Longest file name accepted, in bytes: beside it lie a hidden temp file (40 more) and, on Windows, `NAME:Zone.Identifier`. */
export const maxNameBytes = maxComponentBytes - 40 - ':Zone.Identifier'.length;

// Devices in every Windows folder, whatever follows the first dot (Microsoft, "Naming Files, Paths, and Namespaces"); ¹²³ count as digits.
const DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:[.:]|$)/i;

/** Whether Windows takes the name for a device, extension or not: `NUL`, `aux.txt`, `LPT¹`. */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name);
}

/** Length as file systems count it, in bytes. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/**
 * A name that every file system stores and no shell or tool takes for more, made from one that the network supplied. Null where
 * nothing sensible is left of it. Leading dots go as well, so that no hidden file is made.
 */
export function cleanName(networkName: string): string | null {
  const lastComponent = networkName.split(/[/\\]/).at(-1) ?? '';
  const printable = shortenName(trimEdges(replaceUnprintable(lastComponent, '')));
  const isSpecial = printable.startsWith('-') || isDeviceName(printable);
  const stored = sanitize(isSpecial ? `_${printable}` : printable, { replacement: '_' });
  return /^[_\s.~-]*$/.test(stored) ? null : shortenName(stored);
}

/** Base and extension; the extension has its dot, or both as in `.tar.gz`, and is empty where there is none. */
export function splitExtension(name: string): { base: string; extension: string } {
  const extension = /(?:\.tar)?\.[A-Za-z0-9_+-]{1,16}$/i.exec(name)?.[0] ?? '';
  if (extension.length === name.length) return { base: name, extension: '' };
  return { base: name.slice(0, name.length - extension.length), extension };
}

/** The name cut to `maxBytes` of UTF-8: the base is shortened between characters, the extension stays. */
export function shortenName(name: string, maxBytes = maxNameBytes): string {
  if (utf8Bytes(name) <= maxBytes) return name;
  const { base, extension } = splitExtension(name);
  let room = maxBytes - utf8Bytes(extension);
  let kept = '';
  for (const character of base) {
    room -= utf8Bytes(character);
    if (room < 0) break;
    kept += character;
  }
  return kept.replace(/[. ]$/, '_') + extension;
}

/** `file (2).txt` for 2, `file (2).tar.gz`, within the same length limit. */
export function numberedName(name: string, n: number): string {
  const { base, extension } = splitExtension(name);
  const suffix = ` (${n})${extension}`;
  return shortenName(base, maxNameBytes - utf8Bytes(suffix)) + suffix;
}

/** Without leading dots, blanks and tildes, and without trailing dots and blanks. Loops: regexes for this take quadratic time. */
function trimEdges(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && /[.\s~]/.test(name.charAt(start))) start += 1;
  while (end > start && /[.\s]/.test(name.charAt(end - 1))) end -= 1;
  return name.slice(start, end);
}
