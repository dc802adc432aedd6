// Resolves a name, judges every address, and dials those that may be dialled. The address judged is the address dialled.
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { SocketReading, type BlockPool } from './socketReading';
import { settleOrAbort } from './socketStep';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name in the order to try them. */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** The system's resolver, `hosts` file included. */
export const resolveHost: ResolveHost = (hostname) => lookup(hostname, { all: true, verbatim: true });

export interface DialTarget {
  /** Name or address; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Passes the addresses that may be dialled; throws where none may. */
  readonly filterAddresses: (addresses: readonly ResolvedAddress[]) => readonly ResolvedAddress[];
  /** Where the socket is to read into; null leaves it to Node, as TLS on top of it wants. */
  readonly pool: BlockPool | null;
  /** For a TLSSocket, which begins its handshake once connected; null for a plain one. */
  readonly tls: ConnectionOptions | null;
}

export interface DialedSocket {
  readonly socket: Socket;
  readonly reading: SocketReading | null;
}

/** RFC 8305 §5. The first attempts run on meanwhile: Node's own autoSelectFamily gives them up, which fails on slow links. */
const NEXT_ATTEMPT_AFTER_MS = 250;

/**
 * A connected socket, by the first address that answers (happy eyeballs, RFC 8305). Rejects with what the resolver,
 * `filterAddresses` or the first failed attempt raised, or the signal's reason. The socket never lacks an error listener.
 */
export async function dial(target: DialTarget, resolve: ResolveHost, signal: AbortSignal): Promise<DialedSocket> {
  const resolved = await resolveAddresses(target.hostname, resolve, signal);
  const allowed = target.filterAddresses(resolved);
  return raceAttempts(interleave(allowed), target, signal);
}

async function resolveAddresses(
  hostname: string,
  resolve: ResolveHost,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  const family = isIP(hostname);
  if (family !== 0) return [{ address: hostname, family }];
  const addresses = await settleOrAbort<readonly ResolvedAddress[]>(signal, (done, fail) => {
    resolve(hostname).then(done, fail);
    return () => undefined;
  });
  if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENODATA' });
  return addresses;
}

/** Families in turn, beginning with the resolver's favourite. */
function interleave(addresses: readonly ResolvedAddress[]): ResolvedAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const longer = Math.max(first.length, second.length);
  return Array.from({ length: longer }, (_, index) => [first[index], second[index]])
    .flat()
    .filter((address) => address !== undefined);
}

function raceAttempts(
  addresses: readonly ResolvedAddress[],
  target: DialTarget,
  signal: AbortSignal,
): Promise<DialedSocket> {
  const attempts = new Set<Socket>();
  return settleOrAbort<DialedSocket>(signal, (resolve, reject) => {
    const waiting = [...addresses];
    let firstError: Error | null = null;
    let timer: NodeJS.Timeout | undefined;
    const startNext = () => {
      clearTimeout(timer);
      const next = waiting.shift();
      if (next === undefined) {
        if (attempts.size === 0) reject(firstError);
        return;
      }
      const dialed = openSocket(next, target);
      const { socket } = dialed;
      attempts.add(socket);
      socket.once('connect', () => {
        attempts.delete(socket);
        resolve(dialed);
      });
      socket.once('error', (error) => {
        firstError ??= error;
        if (attempts.delete(socket)) startNext();
      });
      if (waiting.length > 0) timer = setTimeout(startNext, NEXT_ATTEMPT_AFTER_MS);
    };
    startNext();
    return () => {
      clearTimeout(timer);
      const losers = [...attempts];
      attempts.clear();
      for (const socket of losers) socket.destroy();
    };
  });
}

/** What the kernel's buffer gives in one read; more only makes back-pressure slower to act. */
const READ_BYTES = 64 * 1024;

function openSocket({ address, family }: ResolvedAddress, { port, pool, tls }: DialTarget): DialedSocket {
  const reading = pool === null ? null : new SocketReading(pool, tls !== null);
  const options = {
    host: address,
    family,
    port,
    highWaterMark: READ_BYTES,
    ...(reading && { onread: reading.onread }),
  };
  const socket = tls === null ? connect(options) : connectTls({ ...tls, ...options });
  socket.setNoDelay(true).setKeepAlive(true);
  reading?.attach(socket);
  // Between two steps of a handshake nobody else may be listening, and an unheard error would end the process.
  socket.on('error', () => undefined);
  return { socket, reading };
}
