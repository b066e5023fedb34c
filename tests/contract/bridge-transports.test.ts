/** What crosses the bridge arrives as it was sent, over both transports; what fails arrives as a
 * typed error. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { EpochPoint } from '../../src/core/records/epoch.ts';
import { createLiveEvents } from '../../src/host/live-events.ts';
import { handlersWith, TRANSPORTS } from '../support/bridge-pair.ts';
import type { Pair } from '../support/bridge-pair.ts';

const point = (value: number): EpochPoint => ({
  epoch: 1,
  trainLoss: value,
  validationLoss: -value,
  validationAccuracy: value,
  learningRate: value,
  seconds: value,
});

const failure = async (call: Promise<unknown>): Promise<WorkbenchError> => {
  const error: unknown = await call.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof WorkbenchError) return error;
  throw error;
};

describe.each(Object.entries(TRANSPORTS))('bridge over a %s', (_name, connect) => {
  const open: Pair[] = [];
  afterEach(async () => {
    for (const pair of open.splice(0)) await pair.close();
  });
  const pairOf = async (given: Parameters<typeof handlersWith>[0]): Promise<Pair> => {
    const pair = await connect(handlersWith(given));
    open.push(pair);
    return pair;
  };

  it('keeps NaN, the infinities, -0 and every finite double', async () => {
    let sent: readonly EpochPoint[] = [];
    const { client } = await pairOf({ trials: { epochs: () => [{ trialId: 't', points: sent }] } });
    const special = [NaN, Infinity, -Infinity, -0, 0, 5e-324, 1.7976931348623157e308];
    const property = fc.asyncProperty(fc.array(fc.oneof(fc.double(), fc.constantFrom(...special))), async (values) => {
      sent = values.map(point);
      const [curve] = await client.trials.epochs({ ids: ['t'] });
      expect(curve?.points).toStrictEqual(sent); // toStrictEqual tells -0 from 0
    });
    await fc.assert(property, { numRuns: 50 });
  });

  it('keeps floats bit by bit, also of a view into a larger buffer, and bytes', async () => {
    const whole = Float32Array.from({ length: 50_000 }, (_, index) => (index === 3 ? NaN : index / 7));
    const probabilities = whole.subarray(2, 40_002);
    const labels = Uint8Array.from({ length: 4000 }, (_, index) => index % 256);
    const { client } = await pairOf({
      review: { predictions: () => ({ count: 4000, classes: 10, probabilities, labels }) },
    });
    const received = await client.review.predictions({ kind: 'student', id: 't' });
    expect(received.probabilities).toBeInstanceOf(Float32Array);
    expect(Buffer.from(received.probabilities.buffer)).toEqual(
      Buffer.from(whole.buffer.slice(8, 8 + probabilities.byteLength)),
    );
    expect(received.labels).toEqual(labels);
  });

  it('carries code, message and place of an error, and no stack of what is not ours', async () => {
    const { client } = await pairOf({
      runs: {
        pause: () => {
          throw new WorkbenchError('run.state', 'It is finished.', { field: 'id', file: 'x.json' });
        },
        stop: () => {
          throw new TypeError('secret path /home/somebody');
        },
      },
    });
    const ours = await failure(client.runs.pause({ id: 'a' }));
    expect([ours.code, ours.message, ours.place]).toEqual([
      'run.state',
      'It is finished.',
      { field: 'id', file: 'x.json' },
    ]);
    const foreign = await failure(client.runs.stop({ id: 'a' }));
    expect(foreign.code).toBe('internal');
    expect(JSON.stringify([foreign.message, foreign.place])).not.toContain('secret');
  });

  it('refuses unknown keys, wrong types and oversized names with the field', async () => {
    const { client } = await pairOf({});
    const send = (input: unknown): Promise<WorkbenchError> => failure(client.runs.get(input as { id: string }));
    for (const [input, field] of [
      [{ id: 'a', more: 1 }, ''],
      [{ id: 7 }, 'id'],
      [{ id: '../../etc' }, 'id'],
      [{ id: 'a'.repeat(100_000) }, 'id'],
      [undefined, ''],
    ] as const) {
      const error = await send(input);
      expect(error.code).toBe('config.invalid');
      expect(error.place.field ?? '').toBe(field);
    }
  });

  it('streams events in order and unsubscribes when the reader leaves', async () => {
    const live = createLiveEvents({ intervalMs: 1 });
    let left = false;
    const { client } = await pairOf({
      events: {
        watch: (_input, signal) => {
          signal?.addEventListener('abort', () => (left = true));
          return live.subscribe(signal);
        },
      },
    });
    const seen: string[] = [];
    for await (const event of await client.events.watch()) {
      seen.push(event.type === 'epoch.appended' ? String(event.point.epoch) : event.type);
      if (event.type === 'synced') {
        for (const epoch of [1, 2, 3]) {
          live.publish({ type: 'epoch.appended', trialId: 't', runId: 'r', point: { ...point(1), epoch } });
        }
      }
      if (seen.length === 4) break;
    }
    expect(seen).toEqual(['synced', '1', '2', '3']);
    await expect.poll(() => left).toBe(true);
  });

  it('ends a stream on the host when the window goes away', async () => {
    const live = createLiveEvents();
    let signalOf: AbortSignal | undefined;
    const pair = await pairOf({
      events: {
        watch: (_input, signal) => {
          signalOf = signal;
          return live.subscribe(signal);
        },
      },
    });
    const stream = await pair.client.events.watch();
    await stream.next();
    pair.cut();
    await expect.poll(() => signalOf?.aborted).toBe(true);
  });
});
