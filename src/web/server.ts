/**
 * The web shell's server, on 127.0.0.1 alone: the renderer's files, the exchange of one-time tokens, and the WebSocket of
 * the bridge, which is refused without all three of Host, Origin and secret.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { SECURITY_HEADERS } from '../bridge/csp.ts';
import { WorkbenchError } from '../bridge/errors.ts';
import { SESSION_PATH, SOCKET_PATH, SOCKET_PROTOCOL, TOKEN_KEY } from '../bridge/shell.ts';
import { isOwnHost, isOwnOrigin } from './origin.ts';
import { answerSession } from './session.ts';
import { answerStatic } from './static-files.ts';
import { createGate } from './token.ts';

/** Larger than any message of the contract: a search's configuration, one trial's predictions go the other way. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

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
  /** An address with a one-time token in its fragment. */
  newAddress(): string;
  /** Connections that are open. */
  sockets(): number;
  close(): Promise<void>;
}

/** Throws `port.busy`. */
export async function startWebServer({ root, port, onSocket }: WebServerOptions): Promise<WebServer> {
  const gate = createGate();
  const server = createServer();
  const bridge = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  const bound = await listen(server, port);
  server.on('request', (request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    if (!mayConnect(request)) return refuse(socket);
    bridge.handleUpgrade(request, socket, head, (opened) => {
      // An oversized message is one: the library closes the socket, and an error that nobody hears would end the process.
      opened.on('error', () => opened.terminate());
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
    newAddress: () => `http://127.0.0.1:${bound}/#${TOKEN_KEY}=${gate.issueToken()}`,
    sockets: () => bridge.clients.size,
    close: async () => {
      for (const socket of bridge.clients) socket.terminate();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
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

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
