// Waiting for one step of opening a connection, in a way that can be aborted. What the bytes mean is left to the callers.
import type { Socket } from 'node:net';

/** Starts something that settles once and returns how to stop listening to it. */
type Start<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void;

/** A promise that also rejects with the signal's reason. Listeners are released in either case. */
export function settleOrAbort<T>(signal: AbortSignal, start: Start<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => finish(() => reject(signal.reason));
    const finish = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort);
      release();
      settle();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const release = start(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    );
  });
}

/** More than this before a handshake is over is no handshake. */
const MOST_REPLY_BYTES = 16 * 1024;

export interface ParsedReply<T> {
  readonly value: T;
  readonly consumedBytes: number;
}

/**
 * Reads until `parse` finds what it waits for (null: more bytes are needed); what follows is put back for the next reader.
 * Rejects with what the socket or `parse` raises, or an error with code `ECONNRESET` where the other side closes.
 */
export function readReply<T>(
  socket: Socket,
  signal: AbortSignal,
  parse: (bytes: Buffer) => ParsedReply<T> | null,
): Promise<T> {
  return settleOrAbort<T>(signal, (resolve, reject) => {
    let received = Buffer.alloc(0);
    const onReadable = () => {
      try {
        const chunk = socket.read() as Buffer | null;
        if (chunk === null) return;
        received = Buffer.concat([received, chunk]);
        const reply = parse(received);
        if (reply === null && received.length > MOST_REPLY_BYTES) throw new Error('the reply is too long');
        if (reply === null) return;
        if (received.length > reply.consumedBytes) socket.unshift(received.subarray(reply.consumedBytes));
        resolve(reply.value);
      } catch (error) {
        reject(error);
      }
    };
    const onClose = () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    socket.on('readable', onReadable).on('error', reject).on('end', onClose).on('close', onClose);
    return () => socket.off('readable', onReadable).off('error', reject).off('end', onClose).off('close', onClose);
  });
}
