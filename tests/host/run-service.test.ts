/** A search from start to its end through the host's own client, with a trainer that computes
 * nothing. */
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummaryView, SearchInput } from '../../src/bridge/schemas/records.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { frontOf } from '../../src/host/for-shells.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { untilRun } from '../support/until-run.ts';

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
  strategy: { id: 'random' },
  limits: { macs: 1_500_000 },
  budget: { trials: 6 },
  slots: 1,
  ...more,
});

/** A fresh workspace each time, or the last one again. */
async function open(plan: FakePlan = {}, more: { silenceMs?: number; again?: boolean } = {}): Promise<Host['client']> {
  if (!more.again) place += 1;
  await host?.close();
  host = await fakeHost(folder.path, plan, { ...more, workspace: join(folder.path, `w${place}`) });
  return host.client;
}

const left = ({ run }: RunSummaryView): boolean => run.state !== 'running';
const states = (trials: readonly Trial[]): readonly string[] => trials.map(({ state }) => state);

describe('a run', () => {
  it('ends with as many distinct trials as its budget, its front tested once, the temp folder empty', async () => {
    const client = await open();
    const started = await client.runs.start(search({ budget: { trials: 8 } }));
    const { run, trials: counts, score } = await untilRun(client, started.run.id, left);
    expect([run.state, run.reason, counts.finished]).toEqual(['finished', undefined, 8]);
    const trials = await client.runs.trials({ id: run.id });
    expect(new Set(trials.map(({ candidate }) => candidateKey(candidate))).size).toBe(8);
    const front = frontOf(run.config, trials);
    expect(trials.filter(({ testAccuracy }) => testAccuracy !== undefined)).toEqual(front);
    expect(score.frontSize).toBe(front.length);
    expect(score.history).toHaveLength(8);
    expect(run.seconds).toBeGreaterThan(0);
    for (const trial of trials) expect(trial.macs).toBeLessThanOrEqual(1_500_000);
    const { trial, graph, epochs } = await client.trials.get({ id: trials[0]?.id ?? '' });
    expect([graph.family, epochs.length]).toEqual([trial.candidate.family, trial.epochs]);
    const predictions = await client.review.predictions({ kind: 'student', id: trial.id });
    expect(accuracyOf(predictions)).toBeCloseTo(trial.metrics['accuracy'] ?? NaN, 6); // the argmax of what was kept
    expect(await client.system.doctor()).toMatchObject({ ok: true, trials: 8, checkpoints: 8 });
    const temp = readdirSync(join(folder.path, `w${place}`, 'tmp'), { recursive: true, withFileTypes: true });
    expect(temp.filter((entry) => entry.isFile())).toEqual([]);
  });

  it('uses several slots at once, and proposes nothing twice', async () => {
    const client = await open({ epochMs: 20 });
    const { run } = await client.runs.start(search({ slots: 3, budget: { trials: 9 } }));
    let most = 0;
    const end = await untilRun(client, run.id, (summary) => {
      most = Math.max(most, summary.trials.running);
      return left(summary);
    });
    expect(most).toBe(3);
    expect(end.trials.finished).toBe(9);
    const trials = await client.runs.trials({ id: run.id });
    expect(new Set(trials.map(({ candidate }) => candidateKey(candidate))).size).toBe(9);
  });

  it('tells what it does and how long it will take', async () => {
    const client = await open({ epochMs: 20 });
    const { run } = await client.runs.start(search());
    const busy = await untilRun(client, run.id, ({ live }) => live?.secondsLeft !== undefined);
    expect(busy.live?.stage).toMatch(/Student \d of 6|Testing|Choosing/);
    expect(busy.live?.total).toBe(6);
    expect((await untilRun(client, run.id, left)).live).toBeUndefined();
  });

  it('ends early, saying so, when the space has no more students within the limits', async () => {
    const client = await open();
    const preview = await client.runs.preview(
      search({ families: ['mlp-mixer'], space: 'compact', limits: { macs: 30_000 } }),
    );
    const few = preview.students[0]?.feasible ?? 0;
    expect(few).toBeGreaterThan(0);
    const { run } = await client.runs.start(
      search({ families: ['mlp-mixer'], space: 'compact', limits: { macs: 30_000 }, budget: { trials: few + 5 } }),
    );
    const end = await untilRun(client, run.id, left);
    expect([end.run.state, end.trials.finished]).toEqual(['finished', few]);
    expect(end.run.reason).toContain('no more students');
  });

  it('is refused while another one runs', async () => {
    const client = await open({ epochMs: 50 });
    const { run } = await client.runs.start(search());
    await expect(client.runs.start(search())).rejects.toMatchObject({ code: 'run.state' });
    await expect(client.runs.resume({ id: run.id })).rejects.toMatchObject({ code: 'run.state' });
    expect((await client.runs.list({})).total).toBe(1);
  });

  it('does not let two starts at the same moment slip in side by side', async () => {
    const client = await open({ epochMs: 50 });
    const both = await Promise.allSettled([client.runs.start(search()), client.runs.start(search())]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await client.runs.list({})).total).toBe(1);
  });
});

describe('a trainer that fails', () => {
  it('fails its trial only, after one more try, and quotes its last words', async () => {
    const client = await open({ crashOnce: [1], crash: [2], fail: [3] });
    const { run } = await client.runs.start(search());
    const end = await untilRun(client, run.id, left);
    const trials = await client.runs.trials({ id: run.id });
    expect(states(trials)).toEqual(['finished', 'finished', 'failed', 'failed', 'finished', 'finished']);
    expect(trials.map(({ attempts }) => attempts)).toEqual([1, 2, 2, 1, 1, 1]);
    expect(trials[2]?.reason).toMatch(/^Tried 2 times\. [\s\S]*cannot allocate tensor/);
    expect(trials[3]?.reason).toContain('not finite');
    expect([end.run.state, end.run.reason]).toEqual(['finished', '2 of 6 students failed; they count as tried.']);
    // The second attempt began where the first one's epoch checkpoint stood: no epoch twice, none
    // missing.
    const [curve] = await client.trials.epochs({ ids: [trials[1]?.id ?? ''] });
    const every = Array.from({ length: run.config.recipe.epochs }, (_, index) => index + 1);
    expect(curve?.points.map(({ epoch }) => epoch)).toEqual(every);
  });

  it('is ended by the watchdog when it says nothing', async () => {
    const client = await open({ hang: [0] }, { silenceMs: 300 });
    const { run } = await client.runs.start(search({ budget: { trials: 2 } }));
    await untilRun(client, run.id, left);
    const trials = await client.runs.trials({ id: run.id });
    expect(states(trials)).toEqual(['failed', 'finished']);
    expect(trials[0]?.reason).toContain('said nothing');
  });

  it('pauses the run with the reason when no trainer can be started, and nothing is lost', async () => {
    const client = await open({ dieAtStart: true });
    const { run } = await client.runs.start(search());
    const end = await untilRun(client, run.id, left);
    expect(end.run.state).toBe('paused');
    expect(end.run.reason).toContain('no backend here');
    expect(end.trials.failed).toBe(0);
    const better = await open({}, { again: true });
    await better.runs.resume({ id: run.id });
    expect((await untilRun(better, run.id, left)).trials.finished).toBe(6);
  });

  it('pauses the run on a full disk, which goes on when there is room', async () => {
    const full = join(folder.path, 'disk-is-full');
    writeFileSync(full, '');
    const client = await open({ diskFullWhile: full });
    const { run } = await client.runs.start(search());
    const end = await untilRun(client, run.id, left);
    expect([end.run.state, end.trials.failed]).toEqual(['paused', 0]);
    expect(end.run.reason).toContain('No space left');
    rmSync(full);
    await client.runs.resume({ id: run.id });
    expect((await untilRun(client, run.id, left)).trials.finished).toBe(6);
  });

  it('whose news cannot be written pauses the run, and nothing acknowledged is lost', async () => {
    const client = await open({ epochMs: 20 });
    const { run } = await client.runs.start(search());
    await untilRun(client, run.id, ({ trials }) => trials.finished >= 2);
    const checkpoints = join(folder.path, `w${place}`, 'checkpoints');
    renameSync(checkpoints, `${checkpoints}-away`);
    writeFileSync(checkpoints, 'no folder'); // every rename into it fails, as on a broken disk
    const end = await untilRun(client, run.id, left);
    expect([end.run.state, end.trials.failed, end.trials.running]).toEqual(['paused', 0, 0]);
    expect(end.run.reason).toBeTruthy();
    rmSync(checkpoints);
    renameSync(`${checkpoints}-away`, checkpoints);
    await client.runs.resume({ id: run.id });
    expect((await untilRun(client, run.id, left)).trials.finished).toBe(6);
    expect(await client.system.doctor()).toMatchObject({ ok: true });
  });

  it('of a dead session is not listened to', async () => {
    const client = await open({ echoOldFence: true });
    const { run } = await client.runs.start(search({ budget: { trials: 3 } }));
    expect((await untilRun(client, run.id, left)).trials.finished).toBe(3);
  });

  it('keeps NaN as a result that never wins', async () => {
    const client = await open({ nan: [0] });
    const { run } = await client.runs.start(search({ budget: { trials: 3 } }));
    const { score } = await untilRun(client, run.id, left);
    const [first] = await client.runs.trials({ id: run.id });
    expect(first?.metrics['accuracy']).toBeNaN();
    expect(first?.testAccuracy).toBeUndefined();
    expect(score.bestAccuracy).toBeGreaterThan(0.5);
  });

  it('fails the run when every trial failed', async () => {
    const client = await open({ fail: [0, 1] });
    const { run } = await client.runs.start(search({ budget: { trials: 2 } }));
    const end = await untilRun(client, run.id, left);
    expect([end.run.state, end.run.reason]).toEqual(['failed', expect.stringContaining('No student could be trained')]);
  });
});

describe('pause, resume, stop, discard', () => {
  it('pauses between two steps and goes on where it stood', async () => {
    const client = await open({ epochMs: 40 });
    const { run } = await client.runs.start(search());
    await untilRun(client, run.id, ({ trials }) => trials.finished >= 2 && trials.running === 1);
    const paused = await client.runs.pause({ id: run.id });
    expect([paused.run.state, paused.trials.running, paused.live]).toEqual(['paused', 0, undefined]);
    const before = await client.runs.trials({ id: run.id });
    expect(before.filter(({ state }) => state === 'interrupted')).toHaveLength(1);
    const again = await open({ epochMs: 5 }, { again: true });
    await again.runs.resume({ id: run.id });
    const end = await untilRun(again, run.id, left);
    expect([end.run.state, end.trials.finished]).toEqual(['finished', 6]);
    const after = await again.runs.trials({ id: run.id });
    for (const old of before) expect(after[old.number]?.candidate).toEqual(old.candidate);
    for (const old of before.filter(({ state }) => state === 'finished')) {
      expect(after[old.number]?.metrics).toEqual(old.metrics);
    }
  });

  it('proposes after a resume what the run that was never paused proposes', async () => {
    const plain = await open({ epochMs: 1 });
    const one = await plain.runs.start(search({ seed: 5 }));
    await untilRun(plain, one.run.id, left);
    const wanted = (await plain.runs.trials({ id: one.run.id })).map(({ candidate, seed }) => [candidate, seed]);
    const client = await open({ epochMs: 30 });
    const two = await client.runs.start(search({ seed: 5 }));
    await untilRun(client, two.run.id, ({ trials }) => trials.finished >= 3);
    await client.runs.pause({ id: two.run.id });
    await client.runs.resume({ id: two.run.id });
    await untilRun(client, two.run.id, left);
    expect((await client.runs.trials({ id: two.run.id })).map(({ candidate, seed }) => [candidate, seed])).toEqual(
      wanted,
    );
  });

  it('stops with what it has, tests the front, and says how far it came', async () => {
    const client = await open({ epochMs: 40 });
    const { run } = await client.runs.start(search());
    await untilRun(client, run.id, ({ trials }) => trials.finished >= 2 && trials.running === 1);
    const end = await client.runs.stop({ id: run.id });
    expect(end.run.state).toBe('finished');
    expect(end.run.reason).toMatch(/^Stopped by you after \d of 6 students/);
    const trials = await client.runs.trials({ id: run.id });
    expect(trials.filter(({ state }) => state === 'stopped')).toHaveLength(1);
    for (const trial of frontOf(run.config, trials)) expect(trial.testAccuracy).toBeDefined();
    await expect(client.runs.resume({ id: run.id })).rejects.toMatchObject({ code: 'run.state' });
  });

  it('stops a paused run without going on first', async () => {
    const client = await open({ epochMs: 40 });
    const { run } = await client.runs.start(search());
    await untilRun(client, run.id, ({ trials }) => trials.finished >= 1);
    const paused = await client.runs.pause({ id: run.id });
    const end = await client.runs.stop({ id: run.id });
    expect([end.run.state, end.trials.finished, end.trials.interrupted]).toEqual([
      'finished',
      paused.trials.finished,
      0,
    ]);
  });

  it('keeps the sample when asked to, and throws a run away with its files while it runs', async () => {
    const client = await open({ epochMs: 10 });
    const sample = await client.runs.startSample();
    expect([sample.run.sample, sample.run.config.budget]).toEqual([true, { trials: 24 }]);
    expect((await client.runs.keep({ id: sample.run.id })).run.sample).toBe(false);
    await untilRun(client, sample.run.id, ({ trials }) => trials.finished >= 2);
    await client.runs.trash({ ids: [sample.run.id] });
    await client.runs.purge({ ids: [sample.run.id] });
    expect((await client.runs.list({})).total).toBe(0);
    expect(await client.system.doctor()).toEqual({
      ok: true,
      integrity: 'ok',
      trials: 0,
      checkpoints: 0,
      problems: [],
    });
    await expect(client.runs.get({ id: sample.run.id })).rejects.toMatchObject({ code: 'run.missing' });
  });

  it('closing the host while a search is being checked starts nothing', async () => {
    const client = await open();
    const starting = client.runs.start(search());
    await host?.close();
    await expect(starting).rejects.toMatchObject({ code: 'run.state' });
    const reader = openReadable(join(folder.path, `w${place}`));
    expect(reader.store.runs().total).toBe(0);
    reader.close();
  });

  it('closing the host pauses what runs, and lets the workspace go', async () => {
    const client = await open({ epochMs: 40 });
    const { run } = await client.runs.start(search());
    await untilRun(client, run.id, ({ trials }) => trials.running === 1);
    await host?.close();
    const reader = openReadable(join(folder.path, `w${place}`));
    expect(reader.store.run(run.id)?.state).toBe('paused');
    expect(reader.store.summary(run.id)?.trials).toMatchObject({ running: 0, interrupted: 1 });
    reader.close();
    expect(existsSync(join(folder.path, `w${place}`, 'lock.json'))).toBe(false);
  });
});

function accuracyOf({
  count,
  classes,
  probabilities,
  labels,
}: Awaited<ReturnType<Host['client']['review']['predictions']>>): number {
  let right = 0;
  for (let index = 0; index < count; index += 1) {
    const row = probabilities.subarray(index * classes, (index + 1) * classes);
    if (row.indexOf(row.reduce((most, value) => Math.max(most, value))) === labels[index]) right += 1;
  }
  return right / count;
}
