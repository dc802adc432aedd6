// Secures an open connection (TLS) and tells what was agreed. Whom to trust is trustedRoots.ts.
import { isIP, type Socket } from 'node:net';
import * as tls from 'node:tls';
import type { TlsFacts } from './http';
import { settleOrAbort } from './socketStep';

export interface HandshakeOptions {
  readonly secureContext: tls.SecureContext;
  /** Always explicit: NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's environment must not weaken it. */
  readonly rejectUnauthorized: boolean;
  /** Name or address that the certificate must be for; IPv6 without brackets. */
  readonly host: string;
}

/** The socket, secured, for HTTP/1.1. Rejects with what OpenSSL or the socket raises, or the signal's reason. */
export async function shakeHands(
  socket: Socket,
  { secureContext, rejectUnauthorized, host }: HandshakeOptions,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const options = { socket, secureContext, rejectUnauthorized, host, ALPNProtocols: ['http/1.1'] };
  // SNI takes no addresses (RFC 6066 §3).
  const secured = tls.connect(isIP(host) === 0 ? { ...options, servername: host } : options);
  secured.on('error', () => undefined);
  try {
    await settleOrAbort<undefined>(signal, (resolve, reject) => {
      const onSecure = () => resolve(undefined);
      const onClose = () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
      secured.on('secureConnect', onSecure).on('error', reject).on('close', onClose);
      return () => secured.off('secureConnect', onSecure).off('error', reject).off('close', onClose);
    });
    return secured;
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
