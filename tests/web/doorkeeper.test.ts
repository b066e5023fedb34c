/** The doorkeeper by itself, with sockets that do what they are told: each rule that a connection
 * outside cannot be made to show. */
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchConnections, testing } from '../../src/web/doorkeeper.ts';

const { STRANGERS } = testing;

class FakeSocket extends EventEmitter {
  writable = true;
  destroyed = false;
  said = '';
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
  end(text: string): void {
    this.said += text;
  }
}

const asDuplex = (socket: FakeSocket): Duplex => socket as unknown as Duplex; // what the doorkeeper uses of one

function watched() {
  const server = new EventEmitter() as Server; // its events and three of its settings are used
  const door = watchConnections(server);
  const arrive = (): FakeSocket => {
    const socket = new FakeSocket();
    server.emit('connection', socket);
    return socket;
  };
  /** Gives what ends the answer. */
  const ask = (socket: FakeSocket): (() => void) => {
    const response = new EventEmitter();
    server.emit('request', { socket }, response);
    return () => void response.emit('close');
  };
  const fault = (socket: FakeSocket, code = 'HPE_INVALID_METHOD'): void =>
    void server.emit('clientError', Object.assign(new Error('x'), { code }), socket);
  return { server, door, arrive, ask, fault };
}

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a connection', () => {
  it('that breaks is cut and forgotten: nobody else hears its error', () => {
    const { door, arrive } = watched();
    const socket = arrive();
    expect(() => socket.emit('error', new Error('reset'))).not.toThrow();
    expect([socket.destroyed, door.strangers()]).toEqual([true, 0]);
  });

  it('that does not pass is cut when its time is over, one that has passed never', () => {
    const { door, arrive } = watched();
    const [stranger, window] = [arrive(), arrive()];
    door.admit(asDuplex(window));
    expect(door.strangers()).toBe(1);
    vi.advanceTimersByTime(STRANGERS.lifeMs - 1);
    expect(stranger.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect([stranger.destroyed, window.destroyed, door.strangers()]).toEqual([true, false, 0]);
    vi.advanceTimersByTime(10 * STRANGERS.lifeMs);
    expect(window.destroyed).toBe(false);
  });

  it('that has gone leaves no timer behind', () => {
    const { arrive } = watched();
    arrive().destroy();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is told no in so many words, and cut once they are out', () => {
    const { door, arrive } = watched();
    const socket = arrive();
    door.refuse(asDuplex(socket), '403 Forbidden');
    expect(socket.said).toBe('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    expect(socket.destroyed).toBe(false);
    socket.emit('finish');
    expect(socket.destroyed).toBe(true);
  });
});

describe('a crowd', () => {
  it('is kept at its most, at the expense of who has waited longest and asks nothing', () => {
    const { door, arrive, ask } = watched();
    const crowd = Array.from({ length: STRANGERS.most }, arrive);
    ask(crowd[0] ?? arrive());
    expect([door.strangers(), crowd.some(({ destroyed }) => destroyed)]).toEqual([STRANGERS.most, false]);
    arrive();
    expect([door.strangers(), crowd.findIndex(({ destroyed }) => destroyed)]).toEqual([STRANGERS.most, 1]);
    arrive();
    expect(crowd.flatMap(({ destroyed }, index) => (destroyed ? [index] : []))).toEqual([1, 2]);
  });

  it('in which all are being answered gives up the first of them', () => {
    const { door, arrive, ask } = watched();
    const crowd = Array.from({ length: STRANGERS.most }, arrive);
    for (const socket of crowd) ask(socket);
    arrive();
    expect([door.strangers(), crowd.findIndex(({ destroyed }) => destroyed)]).toEqual([STRANGERS.most, 0]);
  });

  it('has no place for who was answered and asks nothing more', () => {
    const { arrive, ask } = watched();
    const crowd = Array.from({ length: STRANGERS.most }, arrive);
    const done = ask(crowd[0] ?? arrive());
    done();
    arrive();
    expect(crowd.findIndex(({ destroyed }) => destroyed)).toBe(0);
  });

  it('goes all at once when the server closes', () => {
    const { door, arrive } = watched();
    const [first, second, window] = [arrive(), arrive(), arrive()];
    door.admit(asDuplex(window));
    door.close();
    expect([first.destroyed, second.destroyed, window.destroyed, door.strangers()]).toEqual([true, true, false, 0]);
  });
});

describe('what is no request', () => {
  it('is told so, where it can still be heard', () => {
    const { arrive, fault } = watched();
    const socket = arrive();
    fault(socket);
    expect([socket.said, socket.destroyed]).toEqual([BAD_REQUEST, false]);
  });

  it('is cut without a word after a reset, where nothing can be written, and in the midst of an answer', () => {
    const { arrive, ask, fault } = watched();
    const [reset, closed, answered] = [arrive(), arrive(), arrive()];
    fault(reset, 'ECONNRESET');
    closed.writable = false;
    fault(closed);
    const done = ask(answered);
    fault(answered);
    expect([reset, closed, answered].map(({ said, destroyed }) => [said, destroyed])).toEqual([
      ...[
        ['', true],
        ['', true],
        ['', true],
      ],
    ]);
    done();
    const next = arrive();
    ask(next)();
    fault(next);
    expect([next.said, next.destroyed]).toEqual([BAD_REQUEST, false]);
  });
});

describe('the server', () => {
  it('ends what stalls sooner than its connection would be cut', () => {
    const { server } = watched();
    const { headersTimeout, requestTimeout, keepAliveTimeout } = server;
    expect([headersTimeout, requestTimeout, keepAliveTimeout]).toEqual([5000, 10_000, 5000]);
    expect(Math.max(headersTimeout, requestTimeout, keepAliveTimeout)).toBeLessThan(STRANGERS.lifeMs);
  });

  it('outlives an error once it listens; before, whoever starts it has to hear', () => {
    const { server } = watched();
    expect(() => server.emit('error', new Error('EADDRINUSE'))).toThrow('EADDRINUSE');
    server.emit('listening');
    expect(() => server.emit('error', new Error('EMFILE'))).not.toThrow();
  });
});
