/** The web shell's server against a hostile client on the same machine, and against other sites'
 * pages. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { NONCE_PLACEHOLDER } from '../../src/bridge/csp.ts';
import { startWebServer } from '../../src/web/server.ts';
import type { WebServer } from '../../src/web/server.ts';

let folder: string;
let server: WebServer;
let opened = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trade-web-'));
  mkdirSync(join(folder, 'renderer/assets'), { recursive: true });
  writeFileSync(join(folder, 'renderer/index.html'), `<meta nonce="${NONCE_PLACEHOLDER}">`);
  writeFileSync(join(folder, 'renderer/assets/main.js'), 'export {};');
  writeFileSync(join(folder, 'secret.json'), '{}');
  mkdirSync(join(folder, 'renderer-beside'));
  writeFileSync(join(folder, 'renderer-beside/main.js'), 'secret');
  server = await startWebServer({
    root: join(folder, 'renderer'),
    port: 0,
    onSocket: (socket) => {
      opened += 1;
      socket.on('message', (data) => socket.send(data));
    },
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const own = (): string => `127.0.0.1:${server.port}`;

/** As sent: no library tidies the path up. */
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

function session(body: object | string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask('/session', { method: 'POST', body: text, headers: { origin: `http://${own()}`, ...headers } });
}

const newToken = (): string => new URL(server.newAddress()).hash.replace('#token=', '');

async function newSecret(): Promise<string> {
  const answer: unknown = JSON.parse((await session({ token: newToken() })).body);
  if (typeof answer === 'object' && answer !== null && 'secret' in answer) return String(answer.secret);
  throw new Error('no secret came back');
}

/** `open`, or the status that the upgrade was refused with. */
function dial(protocols: string[], headers: Readonly<Record<string, string>> = {}, path = '/bridge') {
  const socket = new WebSocket(`ws://${own()}${path}`, protocols, {
    headers: { host: own(), origin: `http://${own()}`, ...headers },
  });
  return new Promise<{ readonly outcome: string; readonly socket: WebSocket }>((resolve) => {
    socket.on('open', () => resolve({ outcome: 'open', socket }));
    socket.on('unexpected-response', (_request, response) => resolve({ outcome: String(response.statusCode), socket }));
    socket.on('error', (error) => resolve({ outcome: error.message, socket }));
  });
}

describe('where it listens', () => {
  it('is on 127.0.0.1 alone: nobody on the network gets an answer', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const others = addresses.filter(({ family, internal }) => family === 'IPv4' && !internal);
    for (const { address } of others) {
      const outcome = await new Promise((resolve) => {
        const socket = connect({ host: address, port: server.port });
        socket.on('connect', () => resolve('connected')).on('error', () => resolve('refused'));
      });
      expect(outcome).toBe('refused');
    }
    expect(server.newAddress()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
  });

  it('says which option to change when the port is in use, with code port.busy', async () => {
    const second = startWebServer({ root: folder, port: server.port, onSocket: () => undefined });
    await expect(second).rejects.toMatchObject({
      code: 'port.busy',
      kind: 'input',
      place: { field: '--port' },
      message: expect.stringContaining(`Port ${server.port} is in use`),
    });
  });
});

describe('pages', () => {
  it('carries exactly this policy, with a nonce of its own for each response', async () => {
    const [first, second] = await Promise.all([ask('/'), ask('/')]);
    const nonce = /nonce="([^"]+)"/.exec(first.body)?.[1] ?? '';
    expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(second.body).not.toContain(nonce);
    expect(first.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; " +
        `style-src 'self' 'nonce-${nonce}'; ` +
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(first.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(first.headers['set-cookie']).toBeUndefined();
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const head = await ask('/assets/main.js', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '10' } });
    expect(head.headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it.each([
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/%2e%2e%2fsecret.json',
    '/..\\secret.json',
    '/..%5csecret.json',
    '/assets/../../secret.json',
    '/assets/%2e%2e/%2e%2e/secret.json',
    '/../renderer-beside/main.js',
    '//etc/passwd',
    '/etc/passwd',
    '/C:/Windows/win.ini',
    '/index.html%00.js',
    '/.hidden.js',
    '/assets',
    '/assets/',
    '/session',
    '/bridge',
    '*',
  ])('finds nothing at %s', async (path) => {
    const answer = await ask(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret');
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('refuses %s', async (method) => {
    const answer = await ask('/', { method, headers: { origin: `http://${own()}` } });
    expect(answer.status).toBe(405);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost', '127.0.0.1:1', '127.0.0.1.evil.example'])(
    'does not answer to the host name %j, which a rebound name would send',
    async (host) => {
      expect((await ask('/', { headers: { host } })).status).toBe(403);
    },
  );

  it('answers to localhost as well', async () => {
    expect((await ask('/', { headers: { host: `localhost:${server.port}` } })).status).toBe(200);
  });
});

describe('tokens and secrets', () => {
  it('exchanges a token once', async () => {
    const token = newToken();
    expect((await session({ token })).status).toBe(200);
    expect(await session({ token })).toMatchObject({ status: 403, body: '' });
  });

  it('gives every token a secret of its own, so that several windows can be opened', async () => {
    const [first, second] = [newToken(), newToken()];
    const secrets = [(await session({ token: second })).body, (await session({ token: first })).body];
    expect(new Set(secrets).size).toBe(2);
  });

  it('tells a tab after a reload that its secret still counts', async () => {
    expect((await session({ secret: await newSecret() })).status).toBe(204);
  });

  it('does not take a token for a secret, nor a secret for a token', async () => {
    const secret = await newSecret();
    expect((await session({ token: secret })).status).toBe(403);
    expect((await session({ secret: newToken() })).status).toBe(403);
  });

  it.each([
    '',
    'null',
    '[]',
    '"token"',
    '{',
    '{}',
    '{"token":7}',
    '{"token":["x"]}',
    `{"token":"${'x'.repeat(1100)}"}`,
  ])('refuses the body %s', async (body) => {
    expect((await session(body)).status).toBe(403);
  });

  it('leaves the token whole when another site tries it', async () => {
    const token = newToken();
    for (const origin of ['http://evil.example', 'null', `https://${own()}`, 'http://127.0.0.1:1', '']) {
      expect((await session({ token }, { origin })).status).toBe(403);
    }
    expect((await session({ token }, { host: 'evil.example', origin: 'http://evil.example' })).status).toBe(403);
    expect((await session({ token })).status).toBe(200);
  });
});

describe('the WebSocket', () => {
  it('opens with Host, Origin and secret, and does not send the secret back', async () => {
    const { outcome, socket } = await dial(['trade', await newSecret()]);
    expect(outcome).toBe('open');
    expect(socket.protocol).toBe('trade');
    socket.terminate();
  });

  it('opens twice with one secret: a reload, a second window', async () => {
    const secret = await newSecret();
    const sockets = [await dial(['trade', secret]), await dial(['trade', secret])];
    expect(sockets.map(({ outcome }) => outcome)).toEqual(['open', 'open']);
    for (const { socket } of sockets) socket.terminate();
  });

  it('is refused without any one of the three', async () => {
    const secret = await newSecret();
    const good = ['trade', secret];
    const before = opened;
    const outcomes = {
      'no secret': await dial(['trade']),
      'no protocol': await dial([]),
      'the secret alone': await dial([secret]),
      'a guess': await dial(['trade', 'A'.repeat(43)]),
      'a token': await dial(['trade', newToken()]),
      'a foreign origin': await dial(good, { origin: 'http://evil.example' }),
      'an origin of another port': await dial(good, { origin: 'http://127.0.0.1:1' }),
      'an origin that only looks like ours': await dial(good, { origin: `http://${own()}.evil.example` }),
      'no origin': await dial(good, { origin: '' }),
      'a foreign host': await dial(good, { host: 'evil.example' }),
      'foreign host and origin alike': await dial(good, { host: 'evil.example', origin: 'http://evil.example' }),
      'localhost with the origin of 127.0.0.1': await dial(good, { host: `localhost:${server.port}` }),
      'another path': await dial(good, {}, '/bridge/'),
      'the secret in the address': await dial(['trade'], {}, `/bridge?secret=${secret}`),
    };
    for (const [attempt, { outcome }] of Object.entries(outcomes)) expect([attempt, outcome]).toEqual([attempt, '403']);
    expect(opened).toBe(before);
  });

  it('is cut by an oversized message, and the server lives on', async () => {
    const { socket } = await dial(['trade', await newSecret()]);
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.send(Buffer.alloc(5 * 1024 * 1024));
    expect(await closed).toBe(1009);
    expect((await ask('/')).status).toBe(200);
  });
});
