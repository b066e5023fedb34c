/** A page and the real server and host: tokens, reloads, second windows, and connections that
 * break. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectToHost } from '../../src/bridge/connect.ts';
import type { HostConnection } from '../../src/bridge/connect.ts';
import type { ConnectionState } from '../../src/bridge/connect-link.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { startWebServer } from '../../src/web/server.ts';
import type { WebServer } from '../../src/web/server.ts';
import type { WebSocket } from 'ws';
import { fakeHost, temporaryFolder } from '../support/fake-host.ts';
import { openPage } from '../support/page.ts';

let folder: ReturnType<typeof temporaryFolder>;
let host: Host;
let server: WebServer;
const sockets = new Set<WebSocket>();

const serve = (port: number): Promise<WebServer> =>
  startWebServer({
    root: folder.path,
    port,
    onSocket: (socket) => {
      sockets.add(socket);
      host.serve.webSocket(socket);
    },
  });

beforeEach(async () => {
  folder = temporaryFolder();
  host = await fakeHost(folder.path, {}, { shell: 'web' });
  server = await serve(0);
});
afterEach(async () => {
  await server.close();
  await host.close();
  folder.remove();
  sockets.clear();
});

/** Resolves with the next state of this kind. */
function until(connection: HostConnection, kind: ConnectionState['kind']): Promise<ConnectionState> {
  return new Promise((resolve) => {
    const end = connection.onState((state) => {
      if (state.kind !== kind) return;
      end();
      resolve(state);
    });
  });
}

describe('a page of the web shell', () => {
  it('turns the token of its address into a secret, and takes it out of the address', async () => {
    const { page, storage, address } = openPage(server.newAddress());
    const connection = await connectToHost(page);
    expect(connection.shell).toBe('web');
    expect(connection.state()).toEqual({ kind: 'connected' });
    expect((await connection.client.system.info()).shell).toBe('web');
    expect(address()).toBe(`http://127.0.0.1:${server.port}/`);
    expect([...storage.values()].join()).toMatch(/^[\w-]{43}$/);
  });

  it('is let in again after a reload, when its token is used up', async () => {
    const first = openPage(server.newAddress());
    await connectToHost(first.page);
    const reloaded = openPage(first.address(), first.storage);
    expect((await connectToHost(reloaded.page)).state().kind).toBe('connected');
  });

  it('is let in again even when the used token is still in its address', async () => {
    const address = server.newAddress();
    const first = openPage(address);
    await connectToHost(first.page);
    const again = openPage(address, first.storage);
    expect((await connectToHost(again.page)).state().kind).toBe('connected');
  });

  it('opens in a second tab that was given no token, beside one that is open', async () => {
    const first = openPage(server.newAddress());
    await connectToHost(first.page);
    const second = openPage(first.address());
    expect((await connectToHost(second.page)).state().kind).toBe('connected');
  });

  it('is told what to do when it comes with a used token, or with none', async () => {
    const address = server.newAddress();
    await connectToHost(openPage(address).page);
    // Another origin's name: the first page, which would share its secret, does not hear it.
    const stranger = address.replace('127.0.0.1', 'localhost');
    await expect(connectToHost(openPage(stranger).page)).rejects.toThrow(/Press Enter in the terminal/);
    const bare = `http://localhost:${server.port}/`;
    await expect(connectToHost(openPage(bare).page)).rejects.toThrow(/Press Enter in the terminal/);
  });
});

describe('a connection that breaks', () => {
  it('comes back by itself, and the same client goes on; streams end, calls in between wait', async () => {
    const connection = await connectToHost(openPage(server.newAddress()).page);
    const events = await connection.client.events.watch();
    expect(await events.next()).toMatchObject({ value: { type: 'synced' } });
    const lost = until(connection, 'reconnecting');
    const back = until(connection, 'connected');
    for (const socket of sockets) socket.terminate();
    await expect(events.next()).rejects.toThrow();
    await lost;
    expect(await connection.client.runs.list({})).toEqual({ rows: [], total: 0, noteHits: [] });
    expect(await back).toEqual({ kind: 'connected' });
  });

  it('keeps trying while the server is away, and is lost for good when a new session answers', async () => {
    const connection = await connectToHost(openPage(server.newAddress()).page);
    const { port } = server;
    const trying = until(connection, 'reconnecting');
    const lost = until(connection, 'lost');
    await server.close();
    await trying;
    const call = connection.client.system.info();
    server = await serve(port);
    expect(await lost).toMatchObject({ reason: expect.stringContaining('earlier session') });
    await expect(call).rejects.toThrow(/earlier session/);
    await expect(connection.client.system.info()).rejects.toThrow(/earlier session/);
  });
});
