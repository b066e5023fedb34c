import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HostEvent } from '../../src/bridge/schemas/records.ts';
import { createLiveEvents } from '../../src/host/live-events.ts';

const point = (epoch: number): HostEvent => ({
  type: 'epoch.appended',
  trialId: 't',
  runId: 'r',
  point: { epoch, trainLoss: 0, validationLoss: 0, validationAccuracy: 0, learningRate: 0, seconds: 0 },
});
const removed = (id: string): HostEvent => ({ type: 'run.removed', id });

describe('live events', () => {
  afterEach(() => void vi.useRealTimers());

  it('sends of 10,000 changes a second of one subject ten, the latest each time', async () => {
    vi.useFakeTimers();
    const live = createLiveEvents();
    const stream = live.subscribe();
    const seen: HostEvent[] = [];
    const reading = (async () => {
      for await (const event of stream) seen.push(event);
    })();
    for (let tick = 0; tick < 1000; tick += 1) {
      for (let change = 0; change < 10; change += 1) live.publish(removed('run'));
      live.publish(removed('other'));
      await vi.advanceTimersByTimeAsync(1);
    }
    live.close();
    await reading;
    const ofOne = seen.filter((event) => event.type === 'run.removed' && event.id === 'run');
    expect(ofOne.length).toBeGreaterThanOrEqual(9);
    expect(ofOne.length).toBeLessThanOrEqual(11);
    expect(seen[0]).toEqual({ type: 'synced' });
  });

  it('gives every point of a curve, in order', async () => {
    vi.useFakeTimers();
    const live = createLiveEvents();
    const stream = live.subscribe();
    await stream.next();
    for (let epoch = 1; epoch <= 30; epoch += 1) live.publish(point(epoch));
    await vi.advanceTimersByTimeAsync(100);
    const got: number[] = [];
    for (let read = 0; read < 30; read += 1) {
      const { value } = await stream.next();
      if (value?.type === 'epoch.appended') got.push(value.point.epoch);
    }
    expect(got).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it('tells a subscriber that fell behind to read all again, and holds only the backlog for it', async () => {
    vi.useFakeTimers();
    const live = createLiveEvents({ backlog: 50 });
    const slow = live.subscribe();
    for (let batch = 0; batch < 21; batch += 1) {
      for (let id = 0; id < 10; id += 1) live.publish(removed(`run${batch}-${id}`));
      await vi.advanceTimersByTimeAsync(100);
    }
    live.close();
    const got: HostEvent[] = [];
    for await (const event of slow) got.push(event);
    expect(got.length).toBeLessThanOrEqual(50);
    expect(got[0]).toEqual({ type: 'synced' });
    expect(got.at(-1)).toEqual(removed('run20-9'));
  });

  it('tells all to read again when points come faster than they can be kept', async () => {
    vi.useFakeTimers();
    const live = createLiveEvents({ backlog: 50 });
    const stream = live.subscribe();
    await stream.next();
    for (let epoch = 0; epoch < 10_000; epoch += 1) live.publish(point(epoch));
    await vi.advanceTimersByTimeAsync(100);
    expect((await stream.next()).value).toEqual({ type: 'synced' });
  });

  it('ends a waiting reader when its signal is aborted, when it returns, and when the host closes', async () => {
    const live = createLiveEvents();
    const abort = new AbortController();
    const [one, two, three] = [live.subscribe(abort.signal), live.subscribe(), live.subscribe()];
    for (const stream of [one, two, three]) await stream.next();
    const waiting = [one, two, three].map((stream) => stream.next());
    abort.abort();
    await two.return?.();
    live.close();
    for (const end of await Promise.all(waiting)) expect(end.done).toBe(true);
    expect((await live.subscribe(abort.signal).next()).value).toEqual({ type: 'synced' });
  });
});
