/** Successive halving from start to its end through the host: trainings that rest after some
 * epochs, and those that go on. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummaryView, SearchInput } from '../../src/bridge/schemas/records.ts';
import type { RunEvent } from '../../src/core/records/events.ts';
import type { Host } from '../../src/host/for-shells.ts';
import '../contract/toys.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { logIn } from '../support/run-log.ts';
import { left, untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
const toys = new URL('../contract/toys.ts', import.meta.url).href;
const options = process.env['NODE_OPTIONS'];
let host: Host | undefined;
let workspace = '';

beforeAll(() => {
  makeResources(folder.path);
  process.env['NODE_OPTIONS'] = `${options ?? ''} --import ${toys}`;
});
afterEach(async () => {
  await host?.close();
  host = undefined;
});
afterAll(() => {
  if (options === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = options;
  folder.remove();
});

/** Nine students: all train for one epoch, three for three, one for nine. */
const halving = (more: Partial<SearchInput> = {}): SearchInput => ({
  name: 'halving',
  families: ['resnet', 'vit'],
  strategy: { id: 'toy-halving', options: {} },
  limits: { macs: 1_500_000 },
  budget: { trials: 9 },
  recipe: { epochs: 9 },
  slots: 1,
  ...more,
});

async function open(name: string, plan: FakePlan = {}): Promise<Host['client']> {
  await host?.close();
  workspace = join(folder.path, name);
  host = await fakeHost(folder.path, plan, { workspace });
  return host.client;
}

const logOf = (runId: string): readonly RunEvent[] => logIn(workspace, runId);

const counts = (log: readonly RunEvent[]): Readonly<Record<RunEvent['type'], number>> => {
  const found = { asked: 0, told: 0, rested: 0, failed: 0, mixed: 0, searched: 0 };
  for (const { type } of log) found[type] += 1;
  return found;
};

describe('successive halving', () => {
  it.each([1, 3])(
    'with %i slots: each rung waits for the last, the best go on where they rested, one to its end',
    async (slots) => {
      const client = await open(`slots-${slots}`);
      const { run } = await client.runs.start(halving({ slots }));
      const end = await untilRun(client, run.id, left);
      expect([end.run.state, end.run.reason, end.trials.finished, end.trials.stopped]).toEqual([
        'finished',
        // 9 of one epoch, 3 of two more, one of six more.
        'The search had no more to train after 21 of 81 epochs. ' +
          '8 of 9 students rested before their end, and others were gone on with.',
        1,
        8,
      ]);
      expect([end.run.config.budget, end.score.epochs]).toEqual([{ epochs: 81 }, 21]);

      const trials = await client.runs.trials({ id: run.id });
      const curves = await client.trials.epochs({ ids: trials.map(({ id }) => id) });
      expect(curves.map(({ points }) => points.length).sort((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 1, 3, 3, 9]);
      for (const { points } of curves) expect(points.map(({ epoch }) => epoch)).toEqual(points.map((_, i) => i + 1));
      // The fake trainer's figures rise with a student's own accuracy at every epoch: the best of
      // all is never left behind.
      const first = curves.map(({ points }) => points[0]?.validationAccuracy ?? NaN);
      expect(first.indexOf(Math.max(...first))).toBe(trials.findIndex(({ state }) => state === 'finished'));
      expect(counts(logOf(run.id))).toMatchObject({ rested: 12, told: 1, failed: 8 });
      expect(trials.find(({ state }) => state === 'stopped')?.reason).toContain('rested');
      // What was stopped has nothing left to go on from.
      expect(await client.system.doctor()).toMatchObject({ ok: true, trials: 9, checkpoints: 1 });
    },
  );

  it('by epochs is charged what its legs train: two begin, and the better one has the rest', async () => {
    const client = await open('epochs');
    const { run } = await client.runs.start(halving({ budget: { epochs: 10 } }));
    const end = await untilRun(client, run.id, left);
    expect([end.run.state, end.trials.finished, end.trials.stopped]).toEqual(['finished', 1, 1]);
    const trials = await client.runs.trials({ id: run.id });
    expect(trials.map(({ epochsDone }) => epochsDone).sort((a, b) => a - b)).toEqual([1, 9]);
  });

  // Both end as stopped, and both were asked for a leg: what was measured tells them apart.
  it('counts a student that was too slow as that alone, not among those that rested', async () => {
    const client = await open('too-slow');
    const { run } = await client.runs.start(halving({ limits: { macs: 1_500_000, latencyMs: 0.3 } }));
    const end = await untilRun(client, run.id, left);
    const stopped = (await client.runs.trials({ id: run.id })).filter(({ state }) => state === 'stopped');
    const [slow, rested] = [true, false].map(
      (isSlow) => stopped.filter(({ metrics }) => (metrics['latencyMs'] !== undefined) === isSlow).length,
    );
    expect(slow).toBeGreaterThan(0);
    expect(rested).toBeGreaterThan(0);
    expect(end.run.reason).toContain(
      `${slow} of 9 students were too slow, and were not trained; they count as tried. ` +
        `${rested} of 9 students rested before their end, and others were gone on with.`,
    );
  });

  it('starts afresh at every rung where each has a schedule of its own', async () => {
    const client = await open('own');
    const { run } = await client.runs.start(halving({ strategy: { id: 'toy-halving', options: { afresh: true } } }));
    const { run: ended } = await untilRun(client, run.id, left);
    const trials = await client.runs.trials({ id: run.id });
    const curves = await client.trials.epochs({ ids: trials.map(({ id }) => id) });
    const rates = (length: number): readonly (readonly number[])[] =>
      curves
        .filter(({ points }) => points.length === length)
        .map(({ points }) => points.map((one) => one.learningRate));
    // The fake trainer's rate falls in a line to the end of the schedule that it was given.
    const falling = (epochs: number): readonly number[] =>
      Array.from({ length: epochs }, (_, i) => ended.config.recipe.learningRate * (1 - (i + 1) / (epochs + 1)));
    expect(rates(1)).toEqual(Array.from({ length: 6 }, () => falling(1)));
    expect(rates(3)).toEqual([falling(3), falling(3)]);
    expect(rates(9)).toEqual([falling(9)]);
    // What was begun afresh was trained all the same: its curve alone is forgotten.
    expect((await client.runs.get({ id: run.id })).score.epochs).toBe(9 * 1 + 3 * 3 + 9);
    expect(await client.system.doctor()).toMatchObject({ ok: true, checkpoints: 1 });
  });

  it('paused with students at rest, it goes on in another session with the log of an unpaused run', async () => {
    const whole = await open('unbroken');
    const unbroken = (await whole.runs.start(halving())).run.id;
    await untilRun(whole, unbroken, left);
    const expected = logOf(unbroken);

    const client = await open('broken', { epochMs: 15 });
    const { run } = await client.runs.start(halving());
    for (const at of [4, 9]) {
      const reached = (summary: RunSummaryView): boolean => counts(logOf(run.id)).rested >= at || left(summary);
      await untilRun(host?.client ?? client, run.id, reached);
      await host?.client.runs.pause({ id: run.id });
      const resumed = await open('broken', { epochMs: 15 });
      const { trials } = await resumed.runs.get({ id: run.id });
      expect(trials.resting).toBeGreaterThan(0);
      expect(await resumed.system.doctor()).toMatchObject({ ok: true });
      await resumed.runs.resume({ id: run.id });
    }
    const last = host?.client ?? client;
    await untilRun(last, run.id, left);
    const plain = (log: readonly RunEvent[]): unknown => JSON.parse(JSON.stringify(log));
    expect(plain(logOf(run.id))).toEqual(plain(expected));
  });

  it('tells its legs in the log of a window, and is stopped with what rests', async () => {
    const client = await open('stopped', { epochMs: 15 });
    const { run } = await client.runs.start(halving());
    await untilRun(client, run.id, ({ trials }) => trials.resting >= 2);
    await client.runs.stop({ id: run.id });
    const end = await untilRun(client, run.id, left);
    const { trials } = end;
    expect([trials.resting, trials.stopped, trials.queued]).toEqual([0, trials.stopped, 0]);
    expect(end.run.reason).toBe(`Stopped by you after ${end.score.epochs} of 81 epochs.`);
    const log = await client.runs.log({ id: run.id });
    expect(log.find(({ type }) => type === 'rested')).toMatchObject({
      epoch: 1,
      metrics: { accuracy: expect.any(Number) },
    });
    const asked = log.find(({ type }) => type === 'asked');
    expect(asked).toMatchObject({ proposals: [{ leg: { until: 1, schedule: 'part' } }] });
  });

  it('tells of each student its own steps alone, and what all had cost by the time of a result', async () => {
    const client = await open('steps');
    const { run } = await client.runs.start(halving({ slots: 3 }));
    await untilRun(client, run.id, left);
    const trials = await client.runs.trials({ id: run.id });
    const best = trials.find(({ state }) => state === 'finished');
    const log = await client.runs.log({ id: run.id, trial: best?.number ?? NaN });
    expect(log.map(({ type }) => type)).toEqual(['asked', 'rested', 'asked', 'rested', 'asked', 'told']);
    const spoken = log.flatMap((one) => (one.type === 'asked' ? [...one.proposals, ...(one.continues ?? [])] : []));
    expect(spoken.map(({ trial }) => trial)).toEqual([best?.number, best?.number, best?.number]);
    // All that was trained before the one result, and itself.
    const { epochs, seconds } = await client.runs.costs({ id: run.id });
    expect([...epochs]).toEqual([21]);
    expect(seconds[0]).toBeCloseTo(
      trials.reduce((sum, trial) => sum + trial.seconds, 0),
      3,
    );
    expect(trials.filter(({ state }) => state === 'stopped').every(({ reached }) => (reached ?? 0) > 0)).toBe(true);
  });

  it('is refused where training goes by seconds: there is no epoch to rest after', async () => {
    const client = await open('seconds');
    await expect(client.runs.start(halving({ recipe: { seconds: 5 } }))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('count epochs'),
    });
  });
});
