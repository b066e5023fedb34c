/** The web shell's server against connections that never pass the gate: it outlives them, keeps
 * few, and none of them for long. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { testing } from '../../src/web/doorkeeper.ts';
import { startWebServer } from '../../src/web/server.ts';
import type { WebServer } from '../../src/web/server.ts';

const { STRANGERS } = testing;

const folder = mkdtempSync(join(tmpdir(), 'trade-connections-'));
const clients = new Set<Socket>();
let server: WebServer;

beforeAll(() => {
  writeFileSync(join(folder, 'index.html'), '<title>ours</title>');
  writeFileSync(join(folder, 'large.js'), 'x'.repeat(16 * 1024 * 1024));
});
beforeEach(async () => {
  server = await startWebServer({ root: folder, port: 0, onSocket: () => undefined });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients) client.destroy();
  clients.clear();
  await server.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = (): string => `127.0.0.1:${server.port}`;

/** Never ends its half by itself. */
async function dial(text = ''): Promise<Socket> {
  const client = connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true });
  clients.add(client);
  client.on('error', () => undefined);
  client.on('close', () => clients.delete(client));
  await new Promise((resolve) => client.once('connect', resolve));
  client.write(text);
  return client;
}

const upgrade = (secret: string): string =>
  `GET /bridge HTTP/1.1\r\nHost: ${own()}\r\nOrigin: http://${own()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\nSec-WebSocket-Protocol: trade, ` +
  `${secret}\r\n\r\n`;

/** As the owner's window comes in. */
async function openWindow(): Promise<WebSocket> {
  const page = await fetch(`http://${own()}/`);
  expect(await page.text()).toContain('ours');
  const token = new URL(server.newAddress()).hash.replace('#token=', '');
  const origin = `http://${own()}`;
  const answer = await fetch(`${origin}/session`, {
    ...{ method: 'POST', headers: { origin }, body: JSON.stringify({ token }) },
  });
  const { secret } = (await answer.json()) as { readonly secret: string }; // as the server's own test reads it
  const socket = new WebSocket(`ws://${own()}/bridge`, ['trade', secret], { origin });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return socket;
}

const gone = (client: Socket): Promise<unknown> => new Promise((resolve) => client.once('close', resolve));

it('outlives a refused upgrade that is reset at once, a hundred times', async () => {
  for (let round = 0; round < 100; round += 1) {
    const client = await dial(upgrade('a guess'));
    // Some before the answer is written, some while, some after.
    for (let turn = 0; turn < round % 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    client.resetAndDestroy();
  }
  await expect.poll(() => server.strangers()).toBe(0);
  (await openWindow()).terminate();
});

it('outlives resets after every byte of an upgrade and of a hand-over of a token', async () => {
  const body =
    `POST /session HTTP/1.1\r\nHost: ${own()}\r\nOrigin: http://${own()}\r\nContent-Length: ` + `900\r\n\r\n{"token":`;
  for (const text of [upgrade('a guess'), body]) {
    for (let cut = 0; cut <= text.length; cut += 3) {
      const client = await dial(text.slice(0, cut));
      if (cut % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      client.resetAndDestroy();
    }
  }
  await expect.poll(() => server.strangers()).toBe(0);
  (await openWindow()).terminate();
});

it('cuts whom it refuses, though the other side leaves its half open', async () => {
  const client = await dial(upgrade('a guess'));
  const said = await new Promise((resolve) => client.once('data', (data) => resolve(String(data).split('\r\n')[0])));
  expect(said).toBe('HTTP/1.1 403 Forbidden');
  await expect.poll(() => server.strangers()).toBe(0);
});

it('says what is wrong with what is no HTTP, and cuts it', async () => {
  const client = await dial('\x16\x03\x01 no HTTP\r\n\r\n');
  const said = await new Promise((resolve) => client.once('data', (data) => resolve(String(data).split('\r\n')[0])));
  expect(said).toBe('HTTP/1.1 400 Bad Request');
  await expect.poll(() => server.strangers()).toBe(0);
});

it('keeps few of three hundred that say nothing, and lets a window in beside them', async () => {
  const silent = await Promise.all(Array.from({ length: 300 }, () => dial()));
  expect(server.strangers()).toBeLessThanOrEqual(STRANGERS.most);
  const socket = await openWindow();
  expect(socket.readyState).toBe(WebSocket.OPEN);
  // A window is no stranger: those who come later do not push it out.
  silent.push(...(await Promise.all(Array.from({ length: 100 }, () => dial('GET / HTTP/1.1\r\nHost:')))));
  expect([socket.readyState, server.sockets()]).toEqual([WebSocket.OPEN, 1]);
  for (const client of silent) client.resume();
  const left = () => silent.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded);
  await expect.poll(() => left().length).toBeLessThanOrEqual(STRANGERS.most);
  socket.terminate();
});

it('does not give up the answer that is under way for those who ask nothing', async () => {
  const answer = await fetch(`http://${own()}/large.js`);
  await Promise.all(Array.from({ length: 2 * STRANGERS.most }, () => dial()));
  expect((await answer.text()).length).toBe(16 * 1024 * 1024);
});

it.each([
  ['says nothing', ''],
  ['never ends its headers', 'GET / HTTP/1.1\r\nHost: '],
  ['never ends its body', 'POST /session HTTP/1.1\r\nHost: HERE\r\nOrigin: http://HERE\r\nContent-Length: 9\r\n\r\n{'],
  ['never reads its answer', 'GET /large.js HTTP/1.1\r\nHost: HERE\r\n\r\n'],
])('cuts a connection that %s', async (_what, text) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const client = await dial(text.replaceAll('HERE', own()));
  client.pause();
  while (server.strangers() === 0) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(STRANGERS.lifeMs);
  while (server.strangers() > 0) await new Promise((resolve) => setImmediate(resolve));
  client.resume();
  client.end();
  await gone(client);
});

it('does not cut a window, however long it stays', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const socket = await openWindow();
  vi.advanceTimersByTime(10 * STRANGERS.lifeMs);
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect([socket.readyState, server.sockets()]).toEqual([WebSocket.OPEN, 1]);
  socket.terminate();
});
