// Carries out one planned response with its delays and its ending, and keeps its record up to date.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendBody } from './bodySender';
import type { Fault, RequestRecord } from './faults';
import type { ResponsePlan } from './responsePlan';

/** A record that is still being written. */
export type LiveRecord = { -readonly [K in keyof RequestRecord]: RequestRecord[K] };

/** Sends the head and the body, and ends the connection where the fault wants it. `raw` is the TCP socket below `socket`. */
export async function respond(
  socket: Socket,
  raw: Socket,
  record: LiveRecord,
  plan: ResponsePlan,
  fault: Fault,
  onMoved: () => void,
): Promise<void> {
  await Promise.all([fault.headGate, sleepUnlessZero(fault.delayHeadMs)]);
  if (fault.drop !== undefined) {
    endConnection(socket, raw, fault.drop);
    return;
  }
  record.status = plan.status;
  socket.write(plan.head);
  onMoved();
  await Promise.all([fault.bodyGate, sleepUnlessZero(fault.delayBodyMs)]);
  const outcome = await sendBody(socket, plan, fault, (bytes) => {
    record.bytesSent += bytes;
    onMoved();
  });
  record.isAborted = outcome === 'aborted';
  if (outcome === 'stalled') await closed(socket);
  else if (outcome === 'cut') endConnection(socket, raw, fault.cut?.by ?? 'fin');
  else if (!plan.isKeptAlive) socket.end();
}

function endConnection(socket: Socket, raw: Socket, by: 'fin' | 'rst'): void {
  if (by === 'fin') socket.end();
  else raw.resetAndDestroy();
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close').catch(() => undefined);
}

async function sleepUnlessZero(delayMs = 0): Promise<void> {
  if (delayMs > 0) await sleep(delayMs);
}
