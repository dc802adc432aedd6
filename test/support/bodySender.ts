// Sends one planned body over a socket: at the asked pace, under back-pressure, up to where the fault ends it.
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fillBody } from './body';
import type { Fault } from './faults';
import type { ResponsePlan } from './responsePlan';

const BLOCK_BYTES = 256 * 1024;
const PACE_STEP_MS = 10;

/** How a body went out. `stalled`: the fault wants the connection open and silent. */
export type SendOutcome = 'complete' | 'cut' | 'stalled' | 'aborted';

/** Sends the body of `plan`. `onSent` is told of every piece that the kernel took. Never rejects: a lost client is `aborted`. */
export async function sendBody(
  socket: Socket,
  plan: ResponsePlan,
  fault: Fault,
  onSent: (bytes: number) => void,
): Promise<SendOutcome> {
  const limitBytes = Math.min(plan.lengthBytes, fault.cut?.afterBytes ?? Infinity, fault.stallAfterBytes ?? Infinity);
  const isWhole = limitBytes === plan.lengthBytes;
  const wasSent = await sendPieces(socket, plan, fault, limitBytes, onSent);
  if (!wasSent) return 'aborted';
  if (fault.cut !== undefined) return 'cut';
  if (!isWhole) return 'stalled';
  const trailer = trailerOf(plan);
  if (trailer !== '' && !(await write(socket, [Buffer.from(trailer)]))) return 'aborted';
  return plan.framing === 'length' || plan.framing === 'chunked' ? 'complete' : 'cut';
}

async function sendPieces(
  socket: Socket,
  plan: ResponsePlan,
  fault: Fault,
  limitBytes: number,
  onSent: (bytes: number) => void,
): Promise<boolean> {
  const pace = makePace(fault);
  const buffers = [Buffer.allocUnsafeSlow(pace.pieceBytes), Buffer.allocUnsafeSlow(pace.pieceBytes)] as const;
  let inFlight: Promise<boolean> = Promise.resolve(true);
  for (let sentBytes = 0, turn = 0; sentBytes < limitBytes; turn ^= 1) {
    const untilPause = (fault.pause?.afterBytes ?? 0) - sentBytes;
    const bytes = Math.min(pace.pieceBytes, limitBytes - sentBytes, untilPause > 0 ? untilPause : Infinity);
    const piece = cutPiece(plan, sentBytes, bytes, buffers[turn === 0 ? 0 : 1]);
    // The next piece is made while the last one drains, hence two buffers.
    if (!(await inFlight)) return false;
    if (untilPause === 0) await fault.pause?.until;
    await pace.wait(sentBytes);
    if (socket.destroyed) return false;
    inFlight = write(socket, wrapChunk(plan, piece)).then((isTaken) => {
      if (isTaken) onSent(bytes);
      return isTaken;
    });
    sentBytes += bytes;
  }
  return await inFlight;
}

function cutPiece(plan: ResponsePlan, at: number, bytes: number, buffer: Buffer): Buffer {
  if (plan.literal !== null) return padded(plan.literal, at, bytes);
  const piece = buffer.subarray(0, bytes);
  fillBody(piece, plan.seed, plan.start + at);
  return piece;
}

function padded(literal: Buffer, at: number, bytes: number): Buffer {
  const piece = Buffer.alloc(bytes);
  literal.copy(piece, 0, at, at + bytes);
  return piece;
}

function wrapChunk(plan: ResponsePlan, piece: Buffer): readonly Buffer[] {
  if (plan.framing === 'length' || plan.framing === 'close') return [piece];
  return [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')];
}

function trailerOf({ framing }: ResponsePlan): string {
  if (framing === 'chunked') return '0\r\n\r\n';
  return framing === 'badChunk' ? 'zz;not a chunk\r\n' : '';
}

/** Resolves true when the kernel took everything, false when the connection is gone. */
function write(socket: Socket, pieces: readonly Buffer[]): Promise<boolean> {
  return new Promise((resolve) => {
    if (socket.destroyed || !socket.writable) {
      resolve(false);
      return;
    }
    // A destroyed socket does not always call back for what it still held.
    const onClose = (): void => resolve(false);
    socket.once('close', onClose);
    socket.cork();
    pieces.forEach((piece, index) => {
      socket.write(piece, (error) => {
        if (index < pieces.length - 1) return;
        socket.off('close', onClose);
        resolve(error === null || error === undefined);
      });
    });
    socket.uncork();
  });
}

interface Pace {
  readonly pieceBytes: number;
  /** Resolves when the piece after `sentBytes` may go. */
  wait(sentBytes: number): Promise<void>;
}

function makePace({ trickle, bytesPerSecond }: Fault): Pace {
  if (trickle !== undefined) return makeTimedPace(trickle.bytes, trickle.bytes / trickle.everyMs);
  if (bytesPerSecond === undefined) return { pieceBytes: BLOCK_BYTES, wait: () => Promise.resolve() };
  const bytesPerMs = bytesPerSecond / 1000;
  return makeTimedPace(Math.min(BLOCK_BYTES, Math.max(1, Math.ceil(bytesPerMs * PACE_STEP_MS))), bytesPerMs);
}

function makeTimedPace(pieceBytes: number, bytesPerMs: number): Pace {
  const startedMs = performance.now();
  return {
    pieceBytes,
    async wait(sentBytes) {
      const dueMs = startedMs + sentBytes / bytesPerMs;
      const aheadMs = dueMs - performance.now();
      if (aheadMs > 1) await sleep(aheadMs);
    },
  };
}
