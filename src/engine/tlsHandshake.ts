// Secures an open connection (TLS) and tells what was agreed. Whom to trust is trustedRoots.ts.
import { isIP, type Socket } from 'node:net';
import * as tls from 'node:tls';
import type { TlsFacts } from './connectionFacts';
import { settleOrAbort } from './socketStep';

export interface TlsPeer {
  readonly secureContext: tls.SecureContext;
  /** Always explicit: NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's environment must not weaken it. */
  readonly rejectUnauthorized: boolean;
  /** Name or address that the certificate must be for; IPv6 without brackets. */
  readonly host: string;
}

/** For `tls.connect`: HTTP/1.1 with `peer`. */
export function tlsOptions(peer: TlsPeer): tls.ConnectionOptions {
  const options = { ...peer, ALPNProtocols: ['http/1.1'] };
  // SNI takes no addresses (RFC 6066 §3).
  return isIP(peer.host) === 0 ? { ...options, servername: peer.host } : options;
}

/** `socket` with TLS over it, for HTTP/1.1; the handshake is still to come. Both close together. */
export function secureOver(socket: Socket, peer: TlsPeer): tls.TLSSocket {
  const secured = tls.connect({ ...tlsOptions(peer), socket });
  return secured.on('error', () => undefined).once('close', () => socket.destroy());
}

/** Waits for the handshake of a socket that is connected. Rejects with what OpenSSL or the socket raises, or the signal's reason. */
export async function shakeHands(secured: tls.TLSSocket, signal: AbortSignal): Promise<void> {
  try {
    await settleOrAbort<undefined>(signal, (resolve, reject) => {
      const onSecure = () => resolve(undefined);
      const onClose = () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
      secured.on('secureConnect', onSecure).on('error', reject).on('close', onClose);
      return () => secured.off('secureConnect', onSecure).off('error', reject).off('close', onClose);
    });
  } catch (error) {
    secured.destroy();
    throw error;
  }
}

/** What the other side showed, for diagnosis. */
export function readTlsFacts(socket: tls.TLSSocket): TlsFacts {
  const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate();
  return { protocol: socket.getProtocol() ?? '', subject: showName(subject), issuer: showName(issuer), validTo };
}

/** Names of a certificate may be missing (the types say otherwise), or several. */
function showName(name: Partial<Record<'CN' | 'O', string | string[]>> | undefined): string {
  const shown = name?.CN ?? name?.O ?? '';
  return typeof shown === 'string' ? shown : shown.join(', ');
}
