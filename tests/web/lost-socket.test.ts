/**
 * The WebSocket drops again and again while a search runs and calls are on their way, over the real
 * server, host and stores of the page: what was acknowledged is there, every call has an end,
 * nothing is done twice, and the window catches up by itself.
 */
import { createPinia, setActivePinia } from 'pinia';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { connectToHost } from '../../src/bridge/connect.ts';
import type { HostConnection } from '../../src/bridge/connect.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { installClient } from '../../src/renderer/api.ts';
import { useLive } from '../../src/renderer/stores/live.ts';
import { useRecords } from '../../src/renderer/stores/records.ts';
import { startWebServer } from '../../src/web/server.ts';
import type { WebServer } from '../../src/web/server.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { closePages, openPage } from '../support/page.ts';
import { untilRun } from '../support/until-run.ts';

const CUTS = 12;
const TRIALS = 40;
const folder = temporaryFolder();
const sockets = new Set<WebSocket>();
let host: Host;
let server: WebServer;
let connection: HostConnection;

beforeAll(() => makeResources(folder.path));
beforeEach(async () => {
  host = await fakeHost(folder.path, { epochMs: 10 });
  server = await startWebServer({
    root: folder.path,
    port: 0,
    onSocket: (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      host.serve.webSocket(socket);
    },
  });
  connection = await connectToHost(openPage(server.newAddress()).page);
  setActivePinia(createPinia());
  installClient(connection.client);
});
afterEach(async () => {
  closePages();
  await server.close();
  await host.close();
});
afterAll(() => folder.remove());

const cut = (): void => sockets.forEach((socket) => socket.terminate());
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Calls until it is answered, as a person presses a button again. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      expect(error).toBeInstanceOf(WorkbenchError);
      await turn();
    }
  }
}

it('loses nothing that was acknowledged, ends every call, and brings the window up to date', async () => {
  const { client } = connection;
  void useLive().follow(connection);
  const records = useRecords();
  const { run } = await client.runs.start({
    ...{ name: 'cut', strategy: { id: 'random' }, recipe: { epochs: 3 }, budget: { trials: TRIALS }, slots: 1 },
  });
  await insist(() => records.readRun(run.id));

  let acknowledged = -1;
  let typed = -1;
  const tags = new Set<string>();
  for (let round = 0; round < CUTS; round += 1) {
    typed = round;
    const calls = Promise.allSettled([
      client.runs.setNote({ id: run.id, note: `note ${round}` }).then(() => (acknowledged = round)),
      client.runs.tag({ ids: [run.id], add: [`tag ${round}`], remove: [] }).then(() => tags.add(`tag ${round}`)),
      client.runs.trials({ id: run.id }),
      client.runs.list({}),
    ]);
    // Now and then the answers are on their way already.
    for (let wait = 0; wait < round % 6; wait += 1) await turn();
    cut();
    for (const end of await calls) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(WorkbenchError);
    // A typed note is kept by the page until the host has it, and written again.
    if (round % 2 === 1) {
      await insist(() => client.runs.setNote({ id: run.id, note: `note ${round}` }));
      acknowledged = round;
    }
  }

  // Asked of the host itself, beside the connection.
  const end = await untilRun(host.client, run.id, ({ run: { state } }) => state !== 'running');
  expect([end.run.state, end.trials.finished]).toEqual(['finished', TRIALS]);
  const note = Number(/\d+/.exec((await host.client.runs.note({ id: run.id })).note)?.[0]);
  expect(note).toBeGreaterThanOrEqual(acknowledged);
  expect(note).toBeLessThanOrEqual(typed);
  expect(end.tags).toEqual(expect.arrayContaining([...tags]));

  const wanted = await host.client.runs.trials({ id: run.id });
  await expect.poll(() => records.trialsOf(run.id), { timeout: 30_000 }).toEqual(wanted);
  await expect.poll(() => records.runOf(run.id)?.run.state, { timeout: 30_000 }).toBe('finished');
}, 120_000);

it('starts a search once, though its answer was lost and the button was pressed again', async () => {
  const { client } = connection;
  void useLive().follow(connection);
  const order = {
    name: 'twice?',
    strategy: { id: 'random' },
    recipe: { epochs: 200 },
    budget: { trials: 2 },
    slots: 1,
  };
  const begun = client.runs.start(order);
  const answer = begun.then(
    () => 'answered',
    () => 'lost',
  );
  await expect.poll(() => host.activeRuns().length, { timeout: 20_000 }).toBe(1);
  cut();
  await answer;
  // Pressed again until the host hears it: it refuses a second one, in words, while the first one
  // runs.
  let said = 'nothing';
  while (said === 'nothing' || said === 'internal') {
    said = await client.runs.start(order).then(
      () => 'a second search',
      ({ code }: WorkbenchError) => code,
    );
  }
  expect(said).toBe('run.state');
  const { rows } = await client.runs.list({ search: 'twice?' });
  expect(rows.map(({ run }) => run.state)).toEqual(['running']);
  await expect.poll(() => useRecords().active.length, { timeout: 30_000 }).toBe(1);
}, 60_000);
