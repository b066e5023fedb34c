/** `latency TRIAL`, and latencies in `show`: what scripts read. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

it('latency times a student on both engines, and show tells it from then on', async () => {
  const ended = await bench.trade('search', bench.config({ ...SMALL, budget: { trials: 1 } }), '--json');
  // tested in search.test.ts
  const { run } = ended.json().at(-1) as { run: { id: string; front: { trial: string }[] } };
  const trial = run.front[0]?.trial ?? '';
  const { code, json } = await bench.trade('latency', `${run.id}/1`, '--json');
  expect(code).toBe(0);
  const [line] = json();
  expect(line).toMatchObject({ trial, latencies: expect.any(Array) });
  const { latencies } = line as { latencies: { medianMs: number }[] }; // just checked
  expect(latencies).toMatchObject([
    { engine: 'onnxruntime', batch: 1, passes: 30, threads: 1, idle: true },
    { engine: 'onnxruntime', batch: 32 },
    { engine: 'tfjs', batch: 1 },
    { engine: 'tfjs', batch: 32 },
  ]);
  const shown = await bench.trade('show', run.id, '--json');
  expect(shown.json()[0]).toMatchObject({ run: { trials: [{ id: trial, latencyMs: latencies[0]?.medianMs }] } });
  expect((await bench.trade('show', run.id)).stdout).toMatch(/MACs, [\d.]+ ms\)/);
});

it('latency of what is no student is a fault of the input, in words', async () => {
  await bench.trade('search', bench.config({ ...SMALL, budget: { trials: 1 } }));
  for (const name of ['nobody', 'nobody/1']) {
    const { code, stderr } = await bench.trade('latency', name);
    expect([code, stderr]).toEqual([2, expect.stringContaining('nobody')]);
  }
});
