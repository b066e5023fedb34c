/** Every answer of the web shell's server to the letter: its status, what a browser may keep, and
 * what it may do with it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Server, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { WebSocket as ServerSocket } from 'ws';
import { NONCE_PLACEHOLDER, SECURITY_HEADERS } from '../../src/bridge/csp.ts';
import { startWebServer } from '../../src/web/server.ts';
import type { WebServer } from '../../src/web/server.ts';

let folder: string;
let server: WebServer;
const opened: ServerSocket[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trade-answers-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), `<meta nonce="${NONCE_PLACEHOLDER}"><p>Größe ${NONCE_PLACEHOLDER}`);
  writeFileSync(join(folder, 'assets/main.js'), `export const x = '${NONCE_PLACEHOLDER}';`);
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  mkdirSync(join(folder, 'folder.js'));
  server = await startWebServer({ root: folder, port: 0, onSocket: (socket) => void opened.push(socket) });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});
afterEach(() => vi.restoreAllMocks());

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const own = (): string => `127.0.0.1:${server.port}`;

function ask(path: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, method, headers: { host: own(), ...headers } });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.end(body);
  });
}

const session = (body: string): Promise<Answer> =>
  ask('/session', { method: 'POST', body, headers: { origin: `http://${own()}` } });
const newToken = (): string => new URL(server.newAddress()).hash.replace('#token=', '');

describe('a file of the page', () => {
  it.each([
    ['/', 'no-store', 'text/html; charset=utf-8'],
    ['/index.html', 'no-store', 'text/html; charset=utf-8'],
    ['/assets/main.js', 'public, max-age=31536000, immutable', 'text/javascript; charset=utf-8'],
    ['/icon.svg', 'no-cache', 'image/svg+xml'],
    ['/icon.svg?of=a#place', 'no-cache', 'image/svg+xml'],
  ])('%s is kept as long as its name tells its content', async (path, cached, type) => {
    const { status, headers, body } = await ask(path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ ...SECURITY_HEADERS, 'cache-control': cached, 'content-type': type });
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  it('bears the nonce of its own policy wherever it stands, and a script no nonce', async () => {
    const [first, second] = [await ask('/'), await ask('/')];
    const nonceOf = ({ headers }: Answer): string =>
      /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1] ?? '';
    expect(first.body).toBe(`<meta nonce="${nonceOf(first)}"><p>Größe ${nonceOf(first)}`);
    expect(Buffer.from(nonceOf(first), 'base64')).toHaveLength(16);
    expect(nonceOf(second)).not.toBe(nonceOf(first));
    expect((await ask('/assets/main.js')).body).toBe(`export const x = '${NONCE_PLACEHOLDER}';`);
  });

  it('is announced by HEAD as it would come, and does not come', async () => {
    const [head, get] = [await ask('/icon.svg', { method: 'HEAD' }), await ask('/icon.svg')];
    expect([head.status, head.body, get.body]).toEqual([200, '', '<svg/>']);
    expect(head.headers['content-length']).toBe('6');
  });

  it.each(['/assets/gone.js', '/gone.html', '/folder.js', '/icon.exe', '/.hidden.js'])(
    '%s that is none is not found, in words and under the same policy',
    async (path) => {
      const { status, headers, body } = await ask(path);
      expect([status, body]).toEqual([404, 'Not found\n']);
      expect(headers).toMatchObject({ ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    },
  );
});

describe('a refusal', () => {
  it('names the methods that there are', async () => {
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'POST']) {
      const { status, headers, body } = await ask('/', { method });
      expect([status, headers.allow, body]).toEqual([405, 'GET, HEAD', '']);
      expect(headers).toMatchObject(SECURITY_HEADERS);
    }
  });

  it('of a foreign name or page says nothing but that it is one', async () => {
    const foreign = { host: 'evil.example' };
    for (const { status, headers, body } of [
      await ask('/', { headers: foreign }),
      await ask('/session', { method: 'POST', headers: { origin: 'http://evil.example' } }),
    ]) {
      expect([status, body, headers.allow]).toEqual([403, '', undefined]);
      expect(headers).toMatchObject(SECURITY_HEADERS);
    }
  });
});

describe('the exchange of a token', () => {
  it('is kept by no cache, and of the form that the page reads', async () => {
    const given = await session(JSON.stringify({ token: newToken() }));
    const { secret } = JSON.parse(given.body) as { readonly secret: string }; // asserted below
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(given.status).toBe(200);
    expect(given.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    const known = await session(JSON.stringify({ secret }));
    const unknown = await session(JSON.stringify({ secret: `${secret}x` }));
    expect([known.status, known.body, unknown.status, unknown.body]).toEqual([204, '', 403, '']);
    for (const { headers } of [given, known, unknown]) {
      expect(headers).toMatchObject({ ...SECURITY_HEADERS, 'cache-control': 'no-store' });
    }
  });

  it('reads a kilobyte and no byte more', async () => {
    const of = (length: number, token: string): string => {
      const bare = JSON.stringify({ token, more: '' });
      return JSON.stringify({ token, more: 'x'.repeat(length - bare.length) });
    };
    const token = newToken();
    expect((await session(of(1025, token))).status).toBe(403);
    expect((await session(of(1024, token))).status).toBe(200);
  });

  it.each(['', '[]', 'null', '7', '"token"', '{"token":7}', '{"secret":{}}', '{"token":', '{"token":""}'])(
    'refuses %s',
    async (body) => expect((await session(body)).status).toBe(403),
  );

  it('tells once that a token was used', async () => {
    const used = vi.fn();
    const token = new URL(server.newAddress(used)).hash.replace('#token=', '');
    await session(JSON.stringify({ token: `${token}x` }));
    expect(used).not.toHaveBeenCalled();
    expect([(await session(JSON.stringify({ token }))).status, used.mock.calls.length]).toEqual([200, 1]);
    expect([(await session(JSON.stringify({ token }))).status, used.mock.calls.length]).toEqual([403, 1]);
  });
});

describe('the protocols that a socket offers', () => {
  const dial = (protocols: string | undefined): Promise<string> =>
    new Promise((resolve) => {
      const sent = request({
        ...{ host: '127.0.0.1', port: server.port, path: '/bridge' },
        headers: {
          ...{ host: own(), origin: `http://${own()}`, connection: 'Upgrade', upgrade: 'websocket' },
          ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
          ...(protocols !== undefined && { 'sec-websocket-protocol': protocols }),
        },
      });
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(`101 ${response.headers['sec-websocket-protocol']}`);
      });
      sent.on('response', (response) => {
        response.resume();
        resolve(String(response.statusCode));
      });
      sent.on('error', (error) => resolve(error.message));
      sent.end();
    });

  it('may stand in any order and with spaces; ours is chosen, the secret never', async () => {
    const { secret } = JSON.parse((await session(JSON.stringify({ token: newToken() }))).body) as {
      readonly secret: string; // asserted by the exchange above
    };
    expect(await dial(`trade, ${secret}`)).toBe('101 trade');
    expect(await dial(`${secret} , trade`)).toBe('101 trade');
    expect(await dial(`trade,${secret}`)).toBe('101 trade');
    for (const short of [secret, 'trade', `trade, ${secret.slice(1)}`, undefined, ''])
      expect(await dial(short)).not.toMatch(/^101/);
  });

  it('lead to a connection that is cut when it sends what no message can be', async () => {
    const { secret } = JSON.parse((await session(JSON.stringify({ token: newToken() }))).body) as {
      readonly secret: string; // asserted by the exchange above
    };
    const socket = new WebSocket(`ws://${own()}/bridge`, ['trade', secret], { origin: `http://${own()}` });
    await new Promise((resolve) => socket.on('open', resolve));
    expect(server.sockets()).toBe(1);
    socket.on('error', () => undefined);
    socket.send(new Uint8Array(4 * 1024 * 1024 + 1));
    await new Promise((resolve) => socket.on('close', resolve));
    await vi.waitFor(() => expect(server.sockets()).toBe(0));
  });
});

describe('a window', () => {
  async function newSecret(): Promise<string> {
    const { body } = await session(JSON.stringify({ token: newToken() }));
    return (JSON.parse(body) as { readonly secret: string }).secret; // asserted by the exchange above
  }
  const connect = (secret: string): Promise<string | WebSocket> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://${own()}/bridge`, ['trade', secret], { origin: `http://${own()}` });
      socket.on('open', () => resolve(socket));
      socket.on('unexpected-response', (_request, response) =>
        resolve(`${response.statusCode} ${response.statusMessage}`),
      );
      socket.on('error', () => undefined);
    });

  it('that asks for a sign of life gets one, unless it reads none', async () => {
    const secret = await newSecret();
    opened.length = 0;
    const socket = await connect(secret);
    if (typeof socket === 'string') throw new Error(socket);
    const signs: string[] = [];
    socket.on('pong', (data) => signs.push(data.toString()));
    socket.ping('one');
    await vi.waitFor(() => expect(signs).toEqual(['one']));
    const [ours] = opened;
    const waiting = vi.spyOn(ours as ServerSocket, 'bufferedAmount', 'get');
    for (const [bytes, data] of [
      ...([
        [65_536, 'full'],
        [65_535, 'last'],
        [70_000, 'over'],
        [0, 'again'],
      ] as const),
    ]) {
      waiting.mockReturnValue(bytes);
      ours?.emit('ping', Buffer.from(data));
    }
    await vi.waitFor(() => expect(signs).toEqual(['one', 'last', 'again']));
    socket.terminate();
    await vi.waitFor(() => expect(server.sockets()).toBe(0));
  });

  it('is one of thirty-two: more are told to come back', async () => {
    const secret = await newSecret();
    const windows = await Promise.all(Array.from({ length: 32 }, () => connect(secret)));
    expect([windows.filter((one) => typeof one !== 'string').length, server.sockets()]).toEqual([32, 32]);
    expect(await connect(secret)).toBe('503 Service Unavailable');
    for (const window of windows) if (typeof window !== 'string') window.terminate();
    await vi.waitFor(() => expect(server.sockets()).toBe(0));
    const next = await connect(secret);
    expect(next).toBeInstanceOf(WebSocket);
    if (typeof next !== 'string') next.terminate();
  });
});

describe('a port that cannot be had', () => {
  const refusedWith = (code: string): Promise<WebServer> => {
    vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
      this.emit('error', Object.assign(new Error(`listen ${code}`), { code }));
      return this;
    });
    return startWebServer({ root: folder, port: 80, onSocket: () => undefined });
  };

  it('for want of rights is told otherwise than one in use', async () => {
    await expect(refusedWith('EACCES')).rejects.toMatchObject({
      ...{ code: 'port.busy', place: { field: '--port' } },
      message: 'Port 80 may not be used by this user: choose another with --port, or leave --port out.',
    });
    await expect(refusedWith('EADDRINUSE')).rejects.toMatchObject({
      message: expect.stringContaining('Port 80 is in use by another program'),
    });
  });

  it('for another reason is told as it is: no other port would help', async () => {
    await expect(refusedWith('EMFILE')).rejects.toMatchObject({ code: 'EMFILE' });
  });
});
