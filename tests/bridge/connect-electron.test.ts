/** A page in Electron: its port reaches the host, and a host that goes away is noticed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectToHost } from '../../src/bridge/connect.ts';
import type { Page } from '../../src/bridge/connect-link.ts';
import { PORT_MESSAGE } from '../../src/bridge/shell.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, temporaryFolder } from '../support/fake-host.ts';

let folder: ReturnType<typeof temporaryFolder>;
let host: Host;
let ports: MessagePort[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  host = await fakeHost(folder.path, {}, { shell: 'electron' });
  ports = [];
});
afterEach(async () => {
  await host.close();
  folder.remove();
});

/** `postMessage` does what preload and main do with the port. */
function electronPage(): Page {
  const page = {
    trade: { shell: 'electron' },
    location: { origin: 'app://trade' },
    MessageChannel,
    postMessage: (message: unknown, origin: string, [port]: [MessagePort]) => {
      expect([message, origin]).toEqual([PORT_MESSAGE, 'app://trade']);
      ports.push(port);
      host.serve.messagePort(port);
      port.start();
    },
  };
  // Sound: these are the members that a page in Electron uses.
  return page as unknown as Page;
}

describe('a page of the Electron shell', () => {
  it('hands one port over and talks to the host through it', async () => {
    const connection = await connectToHost(electronPage());
    expect(connection.shell).toBe('electron');
    expect((await connection.client.system.info()).shell).toBe('electron');
    expect(ports).toHaveLength(1);
  });

  it('says that it is lost when the host closes the port', async () => {
    const connection = await connectToHost(electronPage());
    await connection.client.system.info();
    const lost = new Promise((resolve) => connection.onState(resolve));
    ports[0]?.close();
    expect(await lost).toMatchObject({ kind: 'lost', reason: expect.stringContaining('start it again') });
    await expect(connection.client.system.info()).rejects.toThrow(/start it again/);
  });
});
