/** Latency through a whole search: timed before training, alone, kept raw, told, and a limit that
 * stops what is too slow. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummaryView, SearchInput } from '../../src/bridge/schemas/records.ts';
import { studentSpace } from '../../src/core/arch/families/registry.ts';
import { medianMs } from '../../src/core/latency.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { frontOf } from '../../src/host/for-shells.ts';
import { graphOf } from '../../src/host/runs/context.ts';
import type { Attempt } from '../../src/host/runs/tasks/attempt.ts';
import { timeStudentFirst } from '../../src/host/runs/tasks/latency.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { fakeLatencyMs } from '../support/fake-trainer.ts';
import { LATENCY, searchConfig, withTrial } from '../support/store-records.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { storeInMemory } from '../support/workspace.ts';

const folder = temporaryFolder();
let host: Host | undefined;
let place = 0;

beforeAll(() => void makeResources(folder.path));
afterEach(async () => {
  await host?.close();
  host = undefined;
});
afterAll(() => folder.remove());

const search = (more: Partial<SearchInput> = {}): SearchInput => ({
  name: 'test',
  families: ['resnet', 'vit'],
  space: 'compact',
  objectives: ['accuracy', 'latencyMs'],
  limits: { macs: 1_500_000 },
  budget: { trials: 6 },
  recipe: { epochs: 2 },
  slots: 2,
  ...more,
});

async function play(input: SearchInput, plan: FakePlan = {}): Promise<{ client: Host['client']; end: RunSummaryView }> {
  place += 1;
  host = await fakeHost(folder.path, plan, { workspace: join(folder.path, `w${place}`) });
  const { client } = host;
  const { run } = await client.runs.start(input);
  let end = await client.runs.get({ id: run.id });
  while (end.run.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 5));
    end = await client.runs.get({ id: run.id });
  }
  return { client, end };
}

const truth = ({ candidate }: Trial, batch: number): number =>
  fakeLatencyMs(graphOf(studentSpace([candidate.family], { inputShape: [28, 28, 1], classes: 10 }), candidate), batch);

describe.each(['trade', 'random'])('a search by %s with latency as an objective', (id) => {
  it('tells the latency of every student, keeps the raw timings, and has its front by it', async () => {
    const { client, end } = await play(search({ strategy: { id } }));
    expect([end.run.state, end.run.reason, end.trials.finished]).toEqual(['finished', undefined, 6]);
    const trials = await client.runs.trials({ id: end.run.id });
    for (const trial of trials) expect(trial.metrics['latencyMs']).toBeCloseTo(truth(trial, 1), 5);
    const front = frontOf(end.run.config, trials);
    expect(front.length).toBeGreaterThan(0);
    expect(end.score.hypervolume).toBeGreaterThan(0);
    const { store, close } = openReadable(join(folder.path, `w${place}`));
    for (const trial of trials) {
      const rows = store.latencies(trial.id);
      expect(rows.map(({ engine, batch, threads }) => [engine, batch, threads])).toEqual([
        ['onnxruntime', 1, 1],
        ['onnxruntime', 32, 1],
      ]);
      expect(rows.map(({ timingsMs }) => timingsMs.length)).toEqual([30, 30]);
      expect(medianMs(rows[1]?.timingsMs ?? [])).toBeCloseTo(truth(trial, 32), 5);
    }
    close();
  });
});

it('nothing trains while a student is timed, and what trained before goes on after it', async () => {
  const traceFile = join(folder.path, 'trace');
  await play(search({ strategy: { id: 'random' }, budget: { trials: 6 } }), { traceFile, untilHeld: [0] });
  const trace = readFileSync(traceFile, 'utf8').trim().split('\n');
  let timing = false;
  for (const what of trace) {
    if (what === 'epoch') expect(timing, trace.join(' ')).toBe(false);
    if (what === 'timing' || what === 'timed') timing = what === 'timing';
  }
  expect(trace.filter((what) => what === 'timed')).toHaveLength(6);
  // The first student trains until another is timed, and ended all the same.
  expect(trace).toContain('held');
});

it('a student that was timed before a crash is not timed again, and too slow still', async () => {
  const store = storeInMemory();
  const latency = { engine: 'onnxruntime', batch: 1 } as const;
  const limits = [{ metric: 'latencyMs', max: 0.4 }];
  const { id } = withTrial(store);
  store.recordLatency(id, [LATENCY]); // a median of 0.5 ms
  const trial = store.startTrial(id);
  const none = (): never => {
    throw new Error('nothing is timed or told here');
  };
  // Sound: timing reaches no more of a run.
  const context = {
    ...{ store, config: { ...searchConfig(), latency, limits }, space: { families: [] }, runChanged: none },
    executor: { capacity: none, resize: none, run: none, runAlone: none, runApart: none, close: none },
    progress: { stage: none, trialStarted: none, trialStage: none, trialLeft: none, view: none },
  } as unknown as Attempt['context'];
  const { signal } = new AbortController();
  const end = await timeStudentFirst({ context, trial, signal, seconds: none, trains: none });
  expect(end).toMatchObject({ event: { type: 'told', trial: 0 } });
  expect(store.trial(id)?.reason).toContain('Too slow, so it was not trained: 0.5 ms');
});

it('a finished student is timed on every engine when asked, and its metrics stay what was told', async () => {
  const { client, end } = await play(
    search({ strategy: { id: 'random' }, objectives: ['accuracy'], budget: { trials: 1 } }),
  );
  const [trial] = await client.runs.trials({ id: end.run.id });
  const id = trial?.id ?? '';
  expect(await client.trials.latencies({ id })).toEqual([]);
  const measured = await client.trials.measureLatency({ id });
  expect(measured.map(({ engine, batch, threads }) => [engine, batch, threads])).toEqual([
    ['onnxruntime', 1, 1],
    ['onnxruntime', 32, 1],
    ['tfjs', 1, 1],
    ['tfjs', 32, 1],
  ]);
  expect(await client.trials.measureLatency({ id })).toHaveLength(8);
  expect((await client.trials.get({ id })).trial).toEqual(trial);
  await expect(client.trials.measureLatency({ id: 'nobody' })).rejects.toMatchObject({ code: 'trial.missing' });
});

it('a student over the latency limit counts as tried, is not trained, and says why', async () => {
  const max = 0.3;
  const { client, end } = await play(
    search({
      strategy: { id: 'random' },
      objectives: ['accuracy', 'params'],
      limits: { macs: 1_500_000, latencyMs: max },
    }),
  );
  const trials = await client.runs.trials({ id: end.run.id });
  const [slow, quick] = [trials.filter((one) => truth(one, 1) > max), trials.filter((one) => truth(one, 1) <= max)];
  expect(slow.length).toBeGreaterThan(0);
  expect(quick.length).toBeGreaterThan(0);
  for (const trial of slow) {
    expect(trial).toMatchObject({ state: 'stopped', epochsDone: 0 });
    expect(trial.reason).toMatch(/Too slow.* ms at batch 1 in onnxruntime, and the limit is 0.3 ms/);
    expect(trial.metrics['latencyMs']).toBeCloseTo(truth(trial, 1), 5);
  }
  for (const trial of quick) expect(trial.state).toBe('finished');
  expect(end.run.state).toBe('finished');
  expect(end.run.reason).toContain(`${slow.length} of 6 students were too slow`);
  expect(end.score.history).toHaveLength(quick.length);
  expect(await client.system.doctor()).toMatchObject({ ok: true, problems: [] });
});
