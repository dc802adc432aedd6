// Translates what Node, OpenSSL and undici raise into FetchErrors, once, at the boundary of the network layer.
import { FetchError } from '../assets/fetchError';

/** Who the failing step talked to, as shown to people: `example.com:8443`, or a proxy. */
export interface Peer {
  readonly host: string;
  /** `http://proxy:3128` where the peer is a proxy. */
  readonly proxy: string | null;
}

const NETWORK_CODE = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EADDR|EACCES|EPERM|EINVAL|EMFILE|ENFILE)/;

/** 101 Switching Protocols, which nobody asked for. */
const BAD_UPGRADE = 'BAD_UPGRADE';

/** The `code` of a Node or undici error; an empty text where it has none. */
function errorCode(error: unknown): string {
  const code: unknown = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  // Told from a connection that closes by its text alone.
  if (code === 'UND_ERR_SOCKET' && error instanceof Error && error.message === 'bad upgrade') return BAD_UPGRADE;
  if (typeof code === 'string') return code;
  // undici 7.30 looks its parser's codes up the wrong way round and leaves them out; the kind of error is in the name.
  if (!(error instanceof Error) || error.name !== 'HTTPParserError') return '';
  return error.message.includes('Invalid EOF state') ? 'HPE_INVALID_EOF_STATE' : 'HPE';
}

/** What a cancelled step rejects with: the reason where it is a FetchError already, else `cancelled`. */
export function asCancelled(reason: unknown): FetchError {
  if (reason instanceof FetchError) return reason;
  return new FetchError('cancelled', 'The transfer was cancelled.', {}, { cause: reason });
}

/** An error of resolving or dialling: `nameUnresolved` or `connectFailed`. */
export function translateDialError(error: unknown, peer: Peer): FetchError {
  if (error instanceof FetchError) return error;
  const reason = errorCode(error);
  const details = { host: peer.host, reason, ...(peer.proxy === null ? {} : { proxy: peer.proxy }) };
  const name = nameOf(peer);
  if (/^(?:ENOTFOUND|ENODATA|EAI_)/.test(reason)) {
    const message = `The name of ${name} could not be resolved (${reason}). Check the address and your network.`;
    return new FetchError('nameUnresolved', message, details, { cause: error });
  }
  return new FetchError('connectFailed', `Could not connect to ${name}${explainDial(reason)}`, details, {
    cause: error,
  });
}

function explainDial(reason: string): string {
  switch (reason) {
    case 'ECONNREFUSED':
      return ': the connection was refused (ECONNREFUSED). The server may be down or overloaded.';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `: the network does not reach it (${reason}). Check your network or proxy.`;
    default:
      return reason === '' ? '.' : ` (${reason}).`;
  }
}

/** An error of a TLS handshake: `tlsFailed` with OpenSSL's reason, or `connectFailed` where the network broke it off. */
export function translateTlsError(error: unknown, peer: Peer): FetchError {
  if (error instanceof FetchError) return error;
  const reason = errorCode(error);
  if (NETWORK_CODE.test(reason)) {
    const message = `The connection to ${nameOf(peer)} was cut while it was being secured (${reason}).`;
    return new FetchError('connectFailed', message, { host: peer.host, reason }, { cause: error });
  }
  const message = `No secure connection to ${nameOf(peer)}: ${explainTls(reason)}`;
  return new FetchError('tlsFailed', message, { host: peer.host, reason }, { cause: error });
}

function explainTls(reason: string): string {
  if (/^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_UNTRUSTED|INVALID_CA)/.test(reason)) {
    return `its certificate is not trusted (${reason}). If your network inspects traffic, trust its root certificate (system certificates, or --cacert).`;
  }
  if (reason === 'CERT_HAS_EXPIRED')
    return `its certificate has expired (${reason}). Tell its owner, and check this computer's clock.`;
  if (reason === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another name (${reason}). Check the address.`;
  return `the handshake failed (${reason === '' ? 'no reason given' : reason}).`;
}

/** An error after the connection was open and before the head of the response was in. */
export function translateHeadError(error: unknown, peer: Peer): FetchError {
  if (error instanceof FetchError) return error;
  const reason = errorCode(error);
  const details = { host: peer.host, reason };
  if (reason === 'UND_ERR_INVALID_ARG' || reason === 'UND_ERR_NOT_SUPPORTED') {
    const message = `The request to ${peer.host} has a header or path that can't be sent.`;
    return new FetchError('invalidRequest', message, { ...details, isFinal: true }, { cause: error });
  }
  if (isMalformed(reason) || reason === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return malformed(error, peer, reason);
  if (/^(?:ERR_SSL|ERR_TLS|EPROTO)/.test(reason)) return translateTlsError(error, peer);
  if (isGone(reason)) return asCancelled(error);
  const message = `${nameOf(peer)} closed the connection without an answer (${reason}).`;
  return new FetchError('connectFailed', message, details, { cause: error });
}

/** An error in the middle of a body: `protocolViolation` for broken framing, else `truncated`. */
export function translateBodyError(error: unknown, peer: Peer): FetchError {
  if (error instanceof FetchError) return error;
  const reason = errorCode(error);
  if (isMalformed(reason)) return malformed(error, peer, reason);
  if (isGone(reason)) return asCancelled(error);
  const message = `${nameOf(peer)} ended the connection before the file was complete (${reason}).`;
  return new FetchError('truncated', message, { host: peer.host, reason }, { cause: error });
}

/** No head within the limit. */
export function headersTimedOut(peer: Peer, timeoutMs: number): FetchError {
  const message = `${nameOf(peer)} did not answer within ${timeoutMs / 1000} s.`;
  return new FetchError('timedOut', message, { host: peer.host });
}

/** A response that breaks HTTP's framing; nothing in it can be relied on. RFC 9112 §6.3. */
export function malformedResponse(peer: Peer, what: string): FetchError {
  return new FetchError('protocolViolation', `${nameOf(peer)} sent a malformed response: ${what}.`, {
    host: peer.host,
  });
}

function malformed(error: unknown, peer: Peer, reason: string): FetchError {
  const message = `${nameOf(peer)} sent a malformed response (${reason}).`;
  return new FetchError('protocolViolation', message, { host: peer.host, reason }, { cause: error });
}

/** What undici says of a head too long, of status 101, and of statuses like 099, at which it trips over an assertion. */
const MALFORMED_HEADS = new Set(['UND_ERR_HEADERS_OVERFLOW', BAD_UPGRADE, 'ERR_ASSERTION']);

/** Beside them llhttp's complaints; the end of the connection in the middle of a message is no malformed one. */
function isMalformed(reason: string): boolean {
  return (reason.startsWith('HPE') && reason !== 'HPE_INVALID_EOF_STATE') || MALFORMED_HEADS.has(reason);
}

function isGone(reason: string): boolean {
  return reason === 'UND_ERR_DESTROYED' || reason === 'UND_ERR_CLOSED' || reason === 'UND_ERR_ABORTED';
}

function nameOf({ host, proxy }: Peer): string {
  return proxy === null ? host : `the proxy ${proxy}`;
}
