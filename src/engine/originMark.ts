// Tells the system that a file came from the network, so that it asks before running it (Windows' "mark of the web").
// macOS keeps the like in an extended attribute, which Node cannot write; docs/reliability.md says so.
import { redactUrl } from '../assets/redact';
import type { Disk } from './disk';

/** Zone 3 is the internet (MS-FSCC §5.6.1); the address goes without its query, which may hold credentials. */
export function zoneIdentifier(url: string): string {
  return `[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=${redactUrl(url)}\r\n`;
}

/** Marks the file at `path`, before it takes its name, where the system knows such marks. File systems without them refuse: never raises. */
export async function markOrigin({ fileSystem, platform }: Disk, path: string, url: string): Promise<void> {
  if (platform !== 'win32') return;
  try {
    const stream = await fileSystem.open(`${path}:Zone.Identifier`, 'w');
    try {
      const text = Buffer.from(zoneIdentifier(url));
      await stream.write(text, 0, text.length, 0);
    } finally {
      await stream.close();
    }
  } catch {
    // FAT and many network drives have no streams; a file without its mark is still the proven file.
  }
}
