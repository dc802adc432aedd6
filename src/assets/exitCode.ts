// Exit codes of the command line and of tasks: a stable contract.
import type { FetchErrorCode } from './fetchError';

/** What each code means; README.md tells it to people. */
export const exitCodes = { done: 0, transferFailed: 1, usage: 2, integrity: 3, local: 4, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/**
 * The exit code for a transfer that ended with `code`. `unsupportedUrl` counts as a failed transfer here: a URL that a
 * person wrote is refused while arguments are parsed (2), so that one comes from a redirect.
 */
export function exitCodeFor(code: FetchErrorCode): ExitCode {
  switch (code) {
    case 'invalidRequest':
      return exitCodes.usage;
    case 'integrityMismatch':
      return exitCodes.integrity;
    case 'diskFull':
    case 'localIo':
    case 'permissionDenied':
    case 'destinationExists':
    case 'unsafePath':
    case 'busy':
      return exitCodes.local;
    case 'cancelled':
      return exitCodes.interrupted;
    case 'unsupportedUrl':
    case 'nameUnresolved':
    case 'connectFailed':
    case 'tlsFailed':
    case 'timedOut':
    case 'httpStatus':
    case 'tooManyRedirects':
    case 'insecureRedirect':
    case 'protocolViolation':
    case 'objectChanged':
    case 'truncated':
    case 'tooLarge':
    case 'sizeMismatch':
    case 'untrusted':
    case 'engineCrashed':
      return exitCodes.transferFailed;
  }
}

/** Which of several codes to end with: an interrupt first, then what concerns trust, the disk, the list, the network. */
const gravestFirst: readonly ExitCode[] = [
  exitCodes.interrupted,
  exitCodes.integrity,
  exitCodes.local,
  exitCodes.usage,
  exitCodes.transferFailed,
];

/** The gravest of the codes; `done` where there is none other. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return gravestFirst.find((code) => codes.includes(code)) ?? exitCodes.done;
}
