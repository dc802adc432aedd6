// What --help prints.

const overview = `asset-fetch brings remote files to where they belong: fast, resumable, and proven before they land.

Usage:
  asset-fetch get URL [options]     fetch one file
  asset-fetch COMMAND --help        options of a command
  asset-fetch --version

Exit codes: 0 done, 1 transfer failed, 2 usage, 3 integrity, 4 local (disk, permission, destination exists),
130 interrupted.`;

const get = `Usage: asset-fetch get URL [options]

Fetches URL, proves it, and only then shows it at its destination. The saved path is the only line on stdout.
A run that failed or was interrupted leaves nothing at the destination; the same command resumes it.

Where to:
  -o, --output FILE        the file to write
  -d, --dir DIR            the folder to write to, under the server's name (default: the working folder)
                           With both, a folder that is missing is made if the one above it exists.
      --overwrite POLICY   fail (default), replace or keep-both, where the destination exists with other bytes

Proof:
      --integrity HASH     sha256-BASE64 (SRI), sha256:HEX, or bare HEX; may be given more than once, and every strong
                           hash must hold. sha256, sha384, sha512, blake2b512, blake3; weak: sha1, md5
      --checksum-url URL   a checksum file to hold the download against; "sibling": URL.sha256 or SHA256SUMS beside it
      --max-size BYTES     most bytes to accept; 10M and 1GiB work too

Network:
      --mirror URL         another place with the same bytes; may be given more than once
      --header 'K: V'      sent to the URL's own origin alone; may be given more than once
      --connections N      most connections, 1 to 64 (default 8)
      --retries N          tries without progress before giving up (default 5)
      --idle-timeout S     longest time without a byte, in seconds (default 60)
      --proxy URL          http://, https:// or socks5:// proxy; else HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY
      --cacert FILE        PEM certificates to trust besides the usual ones

Output:
      --json               stdout is one JSON object a line: "event" is start, progress, retrying, waiting, verifying,
                           done or failed, and exactly one done or failed comes last
  -q, --quiet              nothing on stderr but errors
      --state-dir DIR      where unfinished downloads are kept (default: the platform's cache folder)

Exit codes: 0 done, 1 transfer failed, 2 usage, 3 integrity, 4 local (disk, permission, destination exists),
130 interrupted.`;

const pages: Readonly<Record<string, string>> = { get };

/** The help page of a command; the overview where there is none of that name. */
export function helpFor(command: string): string {
  return (Object.hasOwn(pages, command) ? pages[command] : undefined) ?? overview;
}
