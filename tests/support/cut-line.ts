/** A way through this machine to a port of it that can be cut, as a network is. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export type Cut = 'held' | 'closed';

export interface CutLine {
  readonly port: number;
  /** Nothing goes through any more. `held`: nobody is told, and what is sent waits; `closed`: who
   * is connected is cut off, and who comes anew as well. */
  cut(how: Cut): void;
  /** What was held back arrives. */
  mend(): void;
  close(): Promise<void>;
}

export async function openCutLine(to: number): Promise<CutLine> {
  const ends = new Set<Socket>();
  let now: Cut | undefined;
  const obey = (end: Socket): unknown => (now === 'held' ? end.pause() : end.resume());
  const server = createServer((near) => {
    if (now === 'closed') return void near.destroy();
    const far = connect(to, '127.0.0.1');
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on('data', (bytes) => other.write(bytes));
      end.on('error', () => other.destroy());
      end.on('close', () => {
        ends.delete(end);
        other.destroy();
      });
      obey(end);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // it listens
    cut: (how) => {
      now = how;
      ends.forEach((end) => (how === 'closed' ? end.destroy() : obey(end)));
    },
    mend: () => {
      now = undefined;
      ends.forEach(obey);
    },
    close: async () => {
      ends.forEach((end) => end.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
