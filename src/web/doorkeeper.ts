/**
 * Connections that have not passed the gate. Anybody on this machine, and every page in its
 * browsers, can open them: their errors are always heard, they are few, and none stays for long.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const STRANGERS = Object.freeze({
  /** A window loads itself over six at most. What is open counts against the files that a search
   * may open. */
  most: 32,
  /** From the connection on, whatever it does: a window has loaded itself long before. */
  lifeMs: 30_000,
});

/** Before the server listens: no connection comes by it unseen. */
export function watchConnections(server: Server) {
  /** In the order of their coming. */
  const strangers = new Map<Duplex, NodeJS.Timeout>();
  /** Their request is whole, and its answer under way. */
  const answered = new Set<Duplex>();

  // Node's own limits: they end a request that stalls with an answer, sooner than its connection
  // would be cut.
  server.headersTimeout = 5000;
  server.requestTimeout = 10_000;
  server.keepAliveTimeout = 5000;

  server.on('connection', (socket: Socket) => {
    // First of all: a reset can come at any moment, and an error that nobody hears ends the
    // process.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => forget(socket));
    if (strangers.size >= STRANGERS.most) longestIdle()?.destroy();
    strangers.set(
      socket,
      setTimeout(() => socket.destroy(), STRANGERS.lifeMs),
    );
  });
  server.on('request', ({ socket }, response) => {
    answered.add(socket);
    response.on('close', () => answered.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // In the midst of an answer there is no place for another one.
    if (error.code === 'ECONNRESET' || !socket.writable || answered.has(socket)) socket.destroy();
    else refuse(socket, '400 Bad Request');
  });
  // Of single connections: when the process may open no more files, those that wait are closed, and
  // later ones come in again.
  server.on('listening', () => server.on('error', () => undefined));

  /** Newcomers are let in at the expense of those that do nothing: else whoever holds them all
   * would keep the owner out. */
  function longestIdle(): Duplex | undefined {
    for (const socket of strangers.keys()) if (!answered.has(socket)) return socket;
    return strangers.keys().next().value;
  }

  function forget(socket: Duplex): void {
    clearTimeout(strangers.get(socket));
    strangers.delete(socket);
    answered.delete(socket);
  }

  /** Says no in so many words and cuts the connection. */
  function refuse(socket: Duplex, status: string): void {
    // The other side may leave its half open for ever.
    socket.once('finish', () => socket.destroy());
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  return {
    /** The connection passed the gate: it may stay, and counts no more. */
    admit: forget,
    refuse,
    /** Connections that are open and have not passed. */
    strangers: () => strangers.size,
    /** Cuts them all. */
    close: () => {
      for (const socket of [...strangers.keys()]) socket.destroy();
    },
  };
}

export const testing = { STRANGERS };
