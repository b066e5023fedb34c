/** More calls than anybody can answer, and windows that read nothing: every call has an end, and
 * what waits is bounded. */
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { SystemView } from '../../src/bridge/schemas/system.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { testing } from '../../src/host/call-bound.ts';
import { createLiveEvents } from '../../src/host/live-events.ts';
import { createExits } from '../../src/host/router.ts';
import { handlersWith, TRANSPORTS } from '../support/bridge-pair.ts';

const { MOST_CALLS } = testing;

const CALLS = 5000;
const job = {
  ...{ id: '1', kind: 'import' as const, subject: 'x'.repeat(20_000), state: 'running' as const },
  ...{ stage: '', done: 0, total: 0, startedAt: '' },
};
const system: SystemView = {
  ...{ version: '1', workspace: '/w', shell: 'web', platform: 'linux', node: '24' },
};

describe.each(Object.entries(TRANSPORTS))('a flood of calls over a %s', (_name, connect) => {
  it('is answered or refused call by call, few of them at a time, and later calls are answered', async () => {
    let underWay = 0;
    let most = 0;
    const info = async (): Promise<SystemView> => {
      most = Math.max(most, (underWay += 1));
      await turn();
      underWay -= 1;
      return system;
    };
    const pair = await connect(handlersWith({ system: { info } }));
    expect(await pair.client.system.info()).toEqual(system);
    const ends = await Promise.allSettled(Array.from({ length: CALLS }, () => pair.client.system.info()));
    const refusals = ends.flatMap((end): unknown[] => (end.status === 'rejected' ? [end.reason] : []));
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(WorkbenchError);
      expect(refusal).toMatchObject({ code: 'usage.invalid', message: expect.stringContaining('are under way') });
    }
    expect(ends.length - refusals.length).toBeGreaterThanOrEqual(MOST_CALLS);
    expect(most).toBeLessThanOrEqual(MOST_CALLS);
    expect(await pair.client.system.info()).toEqual(system);
    await pair.close();
  }, 120_000);

  it('counts a stream until it is given up', async () => {
    const live = createLiveEvents();
    const { client, close } = await connect(
      handlersWith({ events: { watch: (_input, signal) => live.subscribe(signal) }, system: { info: () => system } }),
    );
    expect(await client.system.info()).toEqual(system);
    const streams = await Promise.all(Array.from({ length: MOST_CALLS }, () => client.events.watch()));
    await expect(client.system.info()).rejects.toMatchObject({ code: 'usage.invalid' });
    for (const stream of streams) await stream.return?.();
    await vi.waitFor(async () => expect(await client.system.info()).toEqual(system));
    live.close();
    await close();
  });
});

describe('a window that reads nothing', () => {
  const open: { close(): void }[] = [];
  afterEach(() => {
    vi.useRealTimers();
    for (const one of open.splice(0)) one.close();
  });

  /** `pulled`: events that were taken from the host for it. */
  async function deafWindow() {
    let pulled = 0;
    const refuse = (): never => {
      throw new Error('not part of this test');
    };
    async function* watch() {
      for (;;) {
        pulled += 1;
        yield { type: 'job.changed' as const, job };
        await turn();
      }
    }
    const warnings: unknown[] = [];
    const log = { info: () => undefined, warn: (entry: unknown) => warnings.push(entry), error: () => undefined };
    const { webSocket } = createExits(handlersWith({ events: { watch }, system: { info: refuse } }), log);
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    open.push(server);
    await once(server, 'listening');
    const address = server.address();
    const socket = new WebSocket(`ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    open.push({ close: () => socket.terminate() });
    const [accepted] = (await once(server, 'connection')) as [WebSocket]; // as `ws` emits it
    webSocket(accepted);
    if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
    return { socket, accepted, warnings, pulled: () => pulled };
  }

  const watchCall = JSON.stringify({ i: '1', p: { u: '/events/watch' } });

  /** Until nothing more is taken for it; without a bound that is never. */
  async function untilHeldUp(pulled: () => number): Promise<void> {
    for (let rest = 0, before = 0; rest < 300 && pulled() < 5000; before = pulled()) {
      await turn();
      rest = pulled() === before && before > 0 ? rest + 1 : 0;
    }
  }

  it('holds its stream up: what it has not read does not gather in the host', async () => {
    const { socket, accepted, pulled } = await deafWindow();
    socket.pause();
    socket.send(watchCall);
    await untilHeldUp(pulled);
    expect(pulled()).toBeLessThan(5000);
    expect(accepted.bufferedAmount).toBeLessThan(1_000_000);
    const stood = pulled();
    socket.resume();
    await vi.waitFor(() => expect(pulled()).toBeGreaterThan(stood + 100), { timeout: 20_000 });
  }, 60_000);

  it('is cut when it has taken nothing for a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { socket, accepted, pulled } = await deafWindow();
    socket.pause();
    socket.send(watchCall);
    await untilHeldUp(pulled);
    const closed = once(accepted, 'close');
    vi.advanceTimersByTime(60_000);
    await closed;
  });

  it.each(['no call', '{}', '[]', '{"i":1}', '{"i":1,"p":{"u":"http://["}}', Buffer.from([0xff, 0xff])])(
    'is cut at %j, which is no call, and the host notes why',
    async (message) => {
      const { socket, warnings } = await deafWindow();
      socket.send(message);
      await once(socket, 'close');
      expect(warnings).toHaveLength(1);
    },
  );
});
