// What --help prints.

const overview = `asset-fetch brings remote files to where they belong: fast, resumable, and proven before they land.

Usage:
  asset-fetch get URL [options]     fetch one file
  asset-fetch sync [options]        fetch what the list asset-fetch.json asks for
  asset-fetch verify [options]      check the files of the list
  asset-fetch add URL PATH          fetch a file and put it on the list
  asset-fetch doctor URL            say step by step what happens on the way to a URL
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
                           With either, a folder that is missing is made if the one above it exists.
      --overwrite POLICY   fail (default), replace or keep-both, where the destination exists with other bytes

Proof:
      --integrity HASH     sha256-BASE64 (SRI), sha256:HEX, or bare HEX; may be given more than once, and every strong
                           hash must hold. sha256, sha384, sha512, blake2b512, blake3; weak: sha1, md5
      --checksum-url URL   a checksum file to hold the download against; "sibling": URL.sha256, or else the
                           SHA256SUMS in the same folder of the server
      --max-size BYTES     most bytes to accept; 10M and 1GiB work too

Network:
      --mirror URL         another place with the same bytes; may be given more than once
      --header 'K: V'      sent to the URL's own origin alone; may be given more than once
      --connections N      most connections, 1 to 64 (default 8)
      --retries N          tries without progress before giving up (default 5)
      --idle-timeout S     longest time without a byte, in seconds (default 60); above 30 also for the first
                           answer
      --proxy URL          http://, https:// or socks5:// proxy; else HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY
      --cacert FILE        PEM certificates to trust besides the usual ones

Output:
      --json               stdout is one JSON object a line: "event" is start, progress, retrying, waiting, verifying,
                           done or failed, and exactly one done or failed comes last
  -q, --quiet              nothing on stderr but errors
      --state-dir DIR      where unfinished downloads are kept (default: the platform's cache folder)

Exit codes: 0 done, 1 transfer failed, 2 usage, 3 integrity, 4 local (disk, permission, destination exists),
130 interrupted.`;

const list = `  --manifest FILE      the list (default: asset-fetch.json in the working folder)
      --json               stdout is one JSON object a line
  -q, --quiet              nothing on stderr but errors
      --state-dir DIR      where unfinished downloads and proven hashes are kept (default: the platform's cache folder)`;

const network = `      --connections N      most connections for one file, 1 to 64 (default 8)
      --retries N          tries without progress before giving up on a file (default 5)
      --idle-timeout S     longest time without a byte, in seconds (default 60); above 30 also for the first
                           answer
      --proxy URL          http://, https:// or socks5:// proxy; else HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY
      --cacert FILE        PEM certificates to trust besides the usual ones`;

const sync = `Usage: asset-fetch sync [options]

Brings every file of the list that is missing, or that the list has changed since. Saved paths are the lines on stdout.
Files changed by hand stay as they are. When one file fails, the others go on. A list that is unsound, or has an entry
that is refused, is refused as a whole before the first request.

      --frozen             refuse entries that no strong hash proves (for CI)
      --overwrite POLICY   fail (default) or replace, where a file was changed by hand
      --allow-host HOST    fetch from this private host (10.0.0.5, nas.local, localhost); may be given more than once
      --allow-sensitive PATH
                           write this path of the list, though tools obey it (.vscode/tasks.json); may be given more
                           than once
    ${list}
${network}

With --json: one plan, then start, progress, retrying, waiting, verifying, done and failed with the path of the list's entry as "asset"
(failed also with its "line"), then one summary.

Exit codes: 0 all is as listed, 1 a transfer failed or an entry was refused, 2 usage or an unsound list, 3 integrity,
4 local (disk, permission, files changed by hand), 130 interrupted. With several, the first of 130, 3, 4, 2, 1.`;

const verify = `Usage: asset-fetch verify [options]

Reads every file of the list and compares its hash. Changes nothing, and needs no network.

    ${list}

Exit codes: 0 all is as listed, 2 usage or an unsound list, 3 a file holds other bytes, 4 a file is missing,
cannot be read or may not be run.`;

const add = `Usage: asset-fetch add URL PATH [options]

Fetches URL to PATH (relative to the list's folder), then writes it into the list with its SHA-256 and size. The list is
made where there is none; its comments and layout stay.

      --header 'K: V'      sent to the URL's own origin alone, not written into the list; may be given more than once
      --overwrite POLICY   fail (default) or replace, where PATH exists
    ${list}
${network}`;

const doctor = `Usage: asset-fetch doctor URL [options]

Says step by step what happens on the way to URL: the proxy and why, addresses, TLS, redirects, the answer, ranges,
validators, published hashes, and what a download could do with them. Downloads nothing.

      --proxy URL          http://, https:// or socks5:// proxy; else HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY
      --cacert FILE        PEM certificates to trust besides the usual ones
      --json               one JSON object a line: {"event":"step","step","outcome":"ok"|"warn"|"fail","text"}

Exit codes: 0 nothing stands in the way, 1 a step failed, 2 usage, 130 interrupted.`;

const pages: ReadonlyMap<string, string> = new Map([
  ['get', get],
  ['sync', sync],
  ['verify', verify],
  ['add', add],
  ['doctor', doctor],
]);

/** The help page of a command; the overview where there is none of that name. */
export function helpFor(command: string): string {
  return pages.get(command) ?? overview;
}
