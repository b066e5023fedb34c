import { AsyncIteratorClass } from '@orpc/contract';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { BridgeClient } from '../../src/bridge/client.ts';
import type { HostConnection } from '../../src/bridge/connect.ts';
import type { HostEvent } from '../../src/bridge/schemas/records.ts';
import { installClient } from '../../src/renderer/api.ts';
import { fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';
import { useLive } from '../../src/renderer/stores/live.ts';
import { useRecords } from '../../src/renderer/stores/records.ts';

/** A host whose event stream and answers the test holds in its hand. */
function scriptedHost() {
  const base = mockHost('empty').client;
  const streams: { push: (event: HostEvent) => void; cut: () => void }[] = [];
  const lists: (() => void)[] = [];
  let rows = [fixtureSummary(fixtureRun({ id: 'a', name: 'Before', state: 'running', budget: 8, done: 2, seed: 1 }))];
  let isHeld = false;

  function watch(): AsyncIteratorClass<HostEvent> {
    const queue: HostEvent[] = [];
    let wake = (): void => undefined;
    let isCut = false;
    const stream = {
      push: (event: HostEvent) => {
        queue.push(event);
        wake();
      },
      cut: () => {
        isCut = true;
        wake();
      },
    };
    streams.push(stream);
    const next = async (): Promise<IteratorResult<HostEvent, unknown>> => {
      for (;;) {
        const value = queue.shift();
        if (value) return { done: false, value };
        if (isCut) throw new Error('cut');
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    return new AsyncIteratorClass<HostEvent>(next, async () => undefined);
  }

  const client: BridgeClient = {
    ...base,
    events: { watch: async () => watch() },
    runs: {
      ...base.runs,
      list: async () => {
        const answer = { rows, total: rows.length, noteHits: [] };
        if (isHeld) await new Promise<void>((resolve) => lists.push(resolve));
        return answer;
      },
    },
  };
  const connection: HostConnection = {
    shell: 'web',
    client,
    state: () => ({ kind: 'connected' }),
    onState: () => () => undefined,
  };
  return {
    connection,
    streams,
    setRows: (next: typeof rows) => (rows = next),
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false;
      lists.splice(0).forEach((go) => go());
    },
  };
}

const summaryOf = (id: string, name: string) =>
  fixtureSummary(fixtureRun({ id, name, state: 'running', budget: 8, done: 2, seed: 1 }));

beforeEach(() => setActivePinia(createPinia()));

describe('following the host', () => {
  function follow() {
    const host = scriptedHost();
    installClient(host.connection.client);
    void useLive().follow(host.connection);
    return host;
  }

  test('all is read when the stream says it is in step, and only then is the window called connected', async () => {
    const host = follow();
    await vi.waitFor(() => expect(host.streams).toHaveLength(1));
    expect(useLive().isLive).toBe(false);
    host.streams[0]?.push({ type: 'synced' });
    await vi.waitFor(() => expect(useLive().isLive).toBe(true));
    expect(useRecords().runs.map(({ run }) => run.name)).toEqual(['Before']);
  });

  test('an event that arrives while everything is being read is not undone by the older answer', async () => {
    const host = follow();
    await vi.waitFor(() => expect(host.streams).toHaveLength(1));
    host.hold();
    host.streams[0]?.push({ type: 'synced' });
    host.streams[0]?.push({ type: 'run.changed', summary: summaryOf('a', 'After') });
    await vi.waitFor(() => expect(useRecords().runOf('a')).toBeUndefined());
    host.release();
    await vi.waitFor(() => expect(useRecords().runOf('a')?.run.name).toBe('After'));
  });

  test('after a cut it watches anew, and reads what happened in between', async () => {
    const host = follow();
    await vi.waitFor(() => expect(host.streams).toHaveLength(1));
    host.streams[0]?.push({ type: 'synced' });
    await vi.waitFor(() => expect(useLive().isLive).toBe(true));
    host.setRows([summaryOf('a', 'Changed while away'), summaryOf('b', 'Started while away')]);
    host.streams[0]?.cut();
    await vi.waitFor(() => expect(host.streams).toHaveLength(2));
    expect(useLive().isLive).toBe(false);
    host.streams[1]?.push({ type: 'synced' });
    await vi.waitFor(() =>
      expect(
        useRecords()
          .runs.map(({ run }) => run.name)
          .sort(),
      ).toEqual(['Changed while away', 'Started while away']),
    );
  });

  test('a running run that was removed during a cut is not shown as running for ever', async () => {
    const host = follow();
    await vi.waitFor(() => expect(host.streams).toHaveLength(1));
    host.streams[0]?.push({ type: 'synced' });
    await vi.waitFor(() => expect(useRecords().active).toHaveLength(1));
    host.setRows([]);
    host.streams[0]?.cut();
    await vi.waitFor(() => expect(host.streams).toHaveLength(2));
    host.streams[1]?.push({ type: 'synced' });
    await vi.waitFor(() => expect(useRecords().active).toHaveLength(0));
  });

  test('a hundred changes of one run become few changes of the page', async () => {
    const host = follow();
    await vi.waitFor(() => expect(host.streams).toHaveLength(1));
    host.streams[0]?.push({ type: 'synced' });
    await vi.waitFor(() => expect(useLive().isLive).toBe(true));
    const seen = new Set<unknown>();
    useRecords().$subscribe(() => seen.add(useRecords().records), { flush: 'sync' });
    for (let step = 0; step < 100; step += 1) {
      host.streams[0]?.push({ type: 'run.changed', summary: summaryOf('a', `Step ${step}`) });
    }
    await vi.waitFor(() => expect(useRecords().runOf('a')?.run.name).toBe('Step 99'));
    expect(seen.size).toBeLessThanOrEqual(3);
  });

  test('a run that another window starts appears in the list, and goes with its removal', async () => {
    const host = follow();
    await vi.waitFor(() => expect(host.streams).toHaveLength(1));
    host.streams[0]?.push({ type: 'synced' });
    await vi.waitFor(() => expect(useLive().isLive).toBe(true));
    host.streams[0]?.push({ type: 'run.changed', summary: summaryOf('c', 'Elsewhere') });
    await vi.waitFor(() => expect(useRecords().runs).toHaveLength(2));
    host.streams[0]?.push({ type: 'run.removed', id: 'c' });
    await vi.waitFor(() => expect(useRecords().runs.map(({ run }) => run.id)).toEqual(['a']));
    expect(useRecords().total).toBe(1);
  });
});
