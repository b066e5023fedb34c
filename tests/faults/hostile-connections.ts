/** Connections that mean no good: cut at any byte, before and after the gate, half open, slow, with
 * wrong names, with garbage after the right secret. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';

const REQUESTS = ['page', 'session', 'upgrade', 'window', 'garbage', 'nothing'] as const;
const FAULTS = ['none', 'host', 'origin', 'secret', 'protocol', 'version', 'key', 'huge header'] as const;
const FRAMES = ['none', 'noise', 'no call', 'unmasked', 'huge', 'half', 'pings', 'calls', 'reserved bits'] as const;
const ENDS = ['reset', 'reset unread', 'half open', 'close', 'stay'] as const;

/** `window` passes the gate where no fault is in it, and sends its frames then. */
export interface Attack {
  readonly request: (typeof REQUESTS)[number];
  readonly fault: (typeof FAULTS)[number];
  readonly frames: (typeof FRAMES)[number];
  /** Of what is sent, so much goes out; 1: all. */
  readonly share: number;
  /** In so many pieces. */
  readonly pieces: number;
  /** Event loop's turns before the end; the other process may have answered by then or not. */
  readonly turns: number;
  readonly end: (typeof ENDS)[number];
}

export const attacks: fc.Arbitrary<Attack> = fc.record({
  request: fc.constantFrom(...REQUESTS),
  fault: fc.constantFrom(...FAULTS),
  frames: fc.constantFrom(...FRAMES),
  share: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  pieces: fc.integer({ min: 1, max: 4 }),
  turns: fc.integer({ min: 0, max: 6 }),
  end: fc.constantFrom(...ENDS),
});

/** Connections that are left open on purpose; few of those that passed the gate, which are the
 * owner's own windows. */
const STAYING = { strangers: 100, windows: 6 } as const;

export interface Attacker {
  /** So many at once that say nothing and go away with `leave`. */
  crowd(count: number): Promise<void>;
  /** Rejects where nobody listens any more. */
  strike(attack: Attack): Promise<void>;
  /** Connections that the server has answered or cut by itself. */
  answered(): number;
  leave(): void;
}

export function createAttacker(port: number, secret: string): Attacker {
  const strangers: Socket[] = [];
  const windows: Socket[] = [];
  let answered = 0;

  async function strike(attack: Attack): Promise<void> {
    const { request, fault, frames, share, pieces, turns, end } = attack;
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.on('error', () => undefined);
    let heard = false;
    const hear = (): void => {
      if (!heard) answered += 1;
      heard = true;
    };
    if (end === 'reset unread') socket.pause();
    else socket.on('data', hear).on('close', hear);
    const passes = request === 'window' && fault === 'none';
    const whole = Buffer.concat([bytesOf(request, fault, port, secret), passes ? framesOf(frames) : Buffer.alloc(0)]);
    const sent = whole.subarray(0, Math.ceil(share * whole.length));
    const size = Math.ceil(sent.length / pieces);
    for (let from = 0; from < sent.length; from += size) {
      socket.write(sent.subarray(from, from + size));
      if (pieces > 1) await turn();
    }
    for (let wait = 0; wait < turns; wait += 1) await (wait % 3 === 2 ? pause(1) : turn());
    if (end === 'reset' || end === 'reset unread') socket.resetAndDestroy();
    else if (end === 'close') socket.destroy();
    else {
      if (end === 'half open') socket.end();
      const [kept, most] = passes ? [windows, STAYING.windows] : [strangers, STAYING.strangers];
      kept.push(socket);
      if (kept.length > most) kept.shift()?.destroy();
    }
  }

  async function crowd(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, async () => {
        const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
        // Those that had to make room are ended by the other side.
        socket.on('error', () => undefined).resume();
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        strangers.push(socket);
      }),
    );
  }

  return {
    strike,
    crowd,
    answered: () => answered,
    leave: () => {
      for (const socket of [...strangers.splice(0), ...windows.splice(0)]) socket.destroy();
    },
  };
}

function bytesOf(request: Attack['request'], fault: Attack['fault'], port: number, secret: string): Buffer {
  const own = `127.0.0.1:${port}`;
  const host = fault === 'host' ? 'evil.example' : own;
  const origin = fault === 'origin' ? 'http://evil.example' : `http://${own}`;
  const filler = fault === 'huge header' ? `X-Filler: ${'x'.repeat(20_000)}\r\n` : '';
  const names = `Host: ${host}\r\nOrigin: ${origin}\r\n${filler}`;
  const protocol = fault === 'protocol' ? 'chat' : 'trade';
  const offered = request === 'window' && fault !== 'secret' ? secret : 'A'.repeat(43);
  switch (request) {
    case 'page':
      return Buffer.from(`GET / HTTP/1.1\r\n${names}\r\n`);
    case 'session':
      // The body never comes whole.
      return Buffer.from(`POST /session HTTP/1.1\r\n${names}Content-Length: 900\r\n\r\n{"token":"${'A'.repeat(43)}`);
    case 'upgrade':
    case 'window':
      return Buffer.from(
        `GET /bridge HTTP/1.1\r\n${names}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: ${fault === 'version' ? 7 : 13}\r\n` +
          `Sec-WebSocket-Key: ${fault === 'key' ? 'short' : randomBytes(16).toString('base64')}\r\n` +
          `Sec-WebSocket-Protocol: ${protocol}, ${offered}\r\n\r\n`,
      );
    case 'garbage':
      return randomBytes(600);
    case 'nothing':
      return Buffer.alloc(0);
  }
}

/** As RFC 6455 has them, and as it has not. */
function framesOf(frames: Attack['frames']): Buffer {
  switch (frames) {
    case 'none':
      return Buffer.alloc(0);
    case 'noise':
      return randomBytes(2000);
    case 'no call':
      return frame(0x81, Buffer.from('{"i":"1","p":{"u":"http://["}}'));
    case 'unmasked':
      return Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('hello')]);
    case 'huge':
      // Says that eight million terabytes follow.
      return Buffer.concat([Buffer.from([0x82, 0xff, 0x7f]), Buffer.alloc(7, 0xff), Buffer.alloc(4)]);
    case 'half':
      return frame(0x01, Buffer.from('a message that is never ended'));
    case 'pings':
      return Buffer.concat(Array.from({ length: 2000 }, () => frame(0x89, randomBytes(100))));
    case 'calls':
      return Buffer.concat(
        Array.from({ length: 1000 }, (_, index) =>
          frame(0x81, Buffer.from(`{"i":"${index}","p":{"u":"/${index % 2 === 0 ? 'system/info' : 'no/such'}"}}`)),
        ),
      );
    case 'reserved bits':
      return frame(0xf3, randomBytes(20));
  }
}

/** One frame of less than 126 bytes, masked as a client's are. */
function frame(first: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([first, 0x80 | payload.length]), mask, masked]);
}
