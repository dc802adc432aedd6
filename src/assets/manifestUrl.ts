// Judges a URL of a manifest: can it be fetched, may it be shared, will its bytes stay the same.
import { FetchError } from './fetchError';
import type { Span, TellProblem } from './manifestProblems';
import { findFragmentHashes } from './publishedHashes';
import { parseHttpUrl } from './redact';

/** Hosts and paths of archives that a forge packs when asked; a new packer gives new bytes for the same commit. */
const GENERATED_ARCHIVES: readonly [host: RegExp, path: RegExp][] = [
  [/^codeload\.github\.com$/, /^/],
  [/^github\.com$/, /^\/[^/]+\/[^/]+\/(?:archive|zipball|tarball)\//],
  [/^api\.github\.com$/, /^\/repos\/[^/]+\/[^/]+\/(?:zipball|tarball)(?:\/|$)/],
  [/^bitbucket\.org$/, /^\/[^/]+\/[^/]+\/get\//],
  // GitLab runs on many hosts; only this part of the path is its own.
  [/^/, /\/-\/archive\/|^\/api\/v4\/projects\/[^/]+\/repository\/archive/],
  [/^(?:codeberg\.org|gitea\.com)$/, /^\/[^/]+\/[^/]+\/archive\//],
];

/** Names that move on: whatever is newest. */
const MOVING_TARGETS: readonly [host: RegExp, path: RegExp][] = [
  [
    /^github\.com$/,
    /^\/[^/]+\/[^/]+\/releases\/latest\/|^\/[^/]+\/[^/]+\/raw\/(?:refs\/heads\/)?(?:main|master|HEAD)\//,
  ],
  [/^raw\.githubusercontent\.com$/, /^\/[^/]+\/[^/]+\/(?:refs\/heads\/)?(?:main|master|HEAD)\//],
  [/^huggingface\.co$/, /\/resolve\/main\//],
];

/** Why the bytes behind a URL may change though nobody means to change them; null where nothing is known of that. */
export function findInstability(url: URL): 'generatedArchive' | 'movingTarget' | null {
  const isAmong = (table: typeof GENERATED_ARCHIVES): boolean =>
    table.some(([host, path]) => host.test(url.hostname) && path.test(url.pathname));
  if (isAmong(GENERATED_ARCHIVES)) return 'generatedArchive';
  return isAmong(MOVING_TARGETS) ? 'movingTarget' : null;
}

/** Tells what is wrong with a URL: `invalidUrl`, `unsupportedUrl`, `credentialsInUrl`, `unstableUrl`. */
export function checkManifestUrl(text: string, isPinned: boolean, at: Span, tell: TellProblem): void {
  try {
    const url = parseHttpUrl(text);
    findFragmentHashes(text);
    if (url.username !== '' || url.password !== '') {
      tell(
        'warning',
        'credentialsInUrl',
        'The address holds a user name or password that everyone with this file can read.',
        at,
      );
    }
    tellInstability(findInstability(url), isPinned, at, tell);
  } catch (error) {
    if (!(error instanceof FetchError)) throw error;
    tell('error', error.code === 'unsupportedUrl' ? 'unsupportedUrl' : 'invalidUrl', error.message, at);
  }
}

function tellInstability(
  instability: ReturnType<typeof findInstability>,
  isPinned: boolean,
  at: Span,
  tell: TellProblem,
): void {
  if (instability === 'generatedArchive') {
    const consequence = isPinned ? 'then the hash no longer matches' : 'give the address of a release file instead';
    tell('warning', 'unstableUrl', `This archive is packed on demand and its bytes can change; ${consequence}.`, at);
  } else if (instability === 'movingTarget') {
    tell(
      'information',
      'unstableUrl',
      'This address leads to whatever is newest; give one with a version or commit.',
      at,
    );
  }
}
