/** One window's WebSocket, read and written no faster than both sides keep up: what waits for it is
 * bounded. */
import type { RPCHandler } from '@orpc/server/websocket';
import type { RawData, WebSocket } from 'ws';
import type { CallContext } from './call-bound.ts';

/** Messages that are written and not sent yet; above the first nothing is read, until there are
 * fewer than the second. */
const UNSENT = { most: 512, few: 128 } as const;
/** A window that takes nothing for so long is cut; a living one connects again and reads everything
 * anew. */
const STUCK_MS = 60_000;

/** `onFault` hears of a message that is no call: no page of ours sends one, and the line is cut. */
export function serveSocket(
  socket: WebSocket,
  handler: Pick<RPCHandler<CallContext>, 'message' | 'close'>,
  context: CallContext,
  onFault: (error: unknown) => void,
): void {
  let unsent = 0;
  let stuck: NodeJS.Timeout | undefined;

  /** Resolves when the system has taken it: a stream of events waits for its reader then, and
   * forgets what has passed. */
  function send(data: Parameters<WebSocket['send']>[0]): Promise<void> {
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    unsent += 1;
    stuck ??= setTimeout(() => socket.terminate(), STUCK_MS).unref();
    if (unsent >= UNSENT.most) socket.pause();
    return new Promise((taken) => {
      socket.send(data, () => {
        unsent -= 1;
        if (unsent < UNSENT.few) socket.resume();
        if (unsent > 0) stuck?.refresh();
        else forgetStuck();
        // Also where the line broke: whoever waits for an answer hears of that on the other side.
        taken();
      });
    });
  }

  function forgetStuck(): void {
    clearTimeout(stuck);
    stuck = undefined;
  }

  const peer = { send, addEventListener: () => undefined };
  socket.on('message', (data, isBinary) => {
    handler.message(peer, isBinary ? bytesOf(data) : textOf(data), { context }).catch((error: unknown) => {
      onFault(error);
      socket.terminate();
    });
  });
  socket.on('close', () => {
    forgetStuck();
    handler.close(peer);
  });
}

/** One piece: `binaryType` is what it is by default. */
const wholeOf = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data;
const textOf = (data: RawData): string => wholeOf(data).toString('utf8');
/** A copy, for it may lie in a larger buffer. */
const bytesOf = (data: RawData): ArrayBuffer => new Uint8Array(wholeOf(data)).buffer;
