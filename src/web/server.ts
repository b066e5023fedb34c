/**
 * The web shell's server, on 127.0.0.1 alone: the renderer's files, the exchange of one-time
 * tokens, and the WebSocket of the bridge, which is refused without all three of Host, Origin and
 * secret.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { SECURITY_HEADERS } from '../bridge/csp.ts';
import { WorkbenchError } from '../bridge/errors.ts';
import { SESSION_PATH, SOCKET_PATH, SOCKET_PROTOCOL, TOKEN_KEY } from '../bridge/shell.ts';
import { watchConnections } from './doorkeeper.ts';
import { isOwnHost, isOwnOrigin } from './origin.ts';
import { answerSession } from './session.ts';
import { answerStatic } from './static-files.ts';
import { createGate } from './token.ts';

/** Larger than any message of the contract: a search's configuration, one trial's predictions go
 * the other way. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Connections that passed the gate: windows of one person. */
const MAX_WINDOWS = 32;
/** A page that asks for signs of life and reads none gets no more of them. */
const MAX_UNREAD_BYTES = 64 * 1024;

export interface WebServerOptions {
  /** Folder of the built renderer. */
  readonly root: string;
  /** 0: any free one. */
  readonly port: number;
  /** Called with each connection that passed the gate. */
  readonly onSocket: (socket: WebSocket) => void;
}

export interface WebServer {
  readonly port: number;
  /** An address with a one-time token in its fragment; `used` is called when it is redeemed. */
  newAddress(used?: () => void): string;
  /** Connections that are open and passed the gate. */
  sockets(): number;
  /** Connections that are open and did not. */
  strangers(): number;
  close(): Promise<void>;
}

/** Throws `port.busy`. */
export async function startWebServer({ root, port, onSocket }: WebServerOptions): Promise<WebServer> {
  const gate = createGate();
  // Looks for requests that stall each second, not each half minute.
  const server = createServer({ connectionsCheckingInterval: 1000 });
  const door = watchConnections(server);
  const bridge = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    autoPong: false,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  const bound = await listen(server, port);
  server.on('request', (request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    if (!mayConnect(request)) return door.refuse(socket, '403 Forbidden');
    if (bridge.clients.size >= MAX_WINDOWS) return door.refuse(socket, '503 Service Unavailable');
    bridge.handleUpgrade(request, socket, head, (opened) => {
      door.admit(socket);
      // An oversized message is one: the library closes the socket, and an error that nobody hears
      // would end the process.
      opened.on('error', () => opened.terminate());
      opened.on('ping', (data) => {
        if (opened.bufferedAmount < MAX_UNREAD_BYTES) opened.pong(data);
      });
      onSocket(opened);
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwnHost(request.headers, bound)) return end(response, 403);
    if (request.method === 'POST' && request.url === SESSION_PATH) {
      return isOwnOrigin(request.headers, bound) ? answerSession(request, response, gate) : end(response, 403);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, { allow: 'GET, HEAD' });
    return answerStatic(request, response, root);
  }

  function mayConnect(request: IncomingMessage): boolean {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim());
    return (
      request.url === SOCKET_PATH &&
      isOwnOrigin(request.headers, bound) &&
      offered.includes(SOCKET_PROTOCOL) &&
      offered.some((text) => gate.isSecret(text))
    );
  }

  return {
    port: bound,
    newAddress: (used) => `http://127.0.0.1:${bound}/#${TOKEN_KEY}=${gate.issueToken(used)}`,
    sockets: () => bridge.clients.size,
    strangers: door.strangers,
    close: async () => {
      for (const socket of bridge.clients) socket.terminate();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      door.close();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusedPort(error, port)));
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function refusedPort(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return error;
  const why = error.code === 'EADDRINUSE' ? 'is in use by another program' : 'may not be used by this user';
  return new WorkbenchError('port.busy', `Port ${port} ${why}: choose another with --port, or leave --port out.`, {
    field: '--port',
  });
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...SECURITY_HEADERS, ...headers }).end();
}
