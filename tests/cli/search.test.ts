/** `search`, `resume`, `runs`, `show` with `--json`: other people's scripts read these lines. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

const RUN_ID = expect.stringMatching(/^[\w-]+$/);
const COSTS = { params: expect.any(Number), macs: expect.any(Number) };

describe('search --json', () => {
  it('prints one object a line, trial by trial, and ends with the run and its front', async () => {
    const { code, stderr, json } = await bench.trade('search', bench.config(SMALL), '--json');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Student 4')]);
    const lines = json();
    expect(lines[0]).toEqual({
      event: 'run.started',
      run: expect.objectContaining({ state: 'running', name: 'Small' }),
    });
    const finished = lines.filter((line) => line['event'] === 'trial.finished');
    expect(finished).toHaveLength(4);
    expect(finished[0]).toEqual({
      event: 'trial.finished',
      trial: {
        id: expect.any(String),
        state: 'finished',
        family: expect.stringMatching(/^(resnet|mlp-mixer)$/),
        config: expect.any(Object),
        accuracy: expect.any(Number),
        // A number of scripts that tells a student that rested from one of a whole training.
        epochs: 2,
        seconds: expect.any(Number),
        ...COSTS,
      },
    });
    expect(lines.filter((line) => line['event'] === 'trial.started')).toHaveLength(4);
    const last = lines.at(-1);
    expect(last).toEqual({
      event: 'run.finished',
      run: {
        id: RUN_ID,
        state: 'finished',
        trials: 4,
        failed: 0,
        front: expect.any(Array),
        hypervolume: expect.any(Number),
        seconds: expect.any(Number),
      },
    });
    const front = (last as { run: { front: { params: number; accuracy: number }[] } }).run.front;
    expect(front.length).toBeGreaterThan(0);
    for (const student of front) {
      expect(student).toEqual({
        trial: expect.any(String),
        family: expect.any(String),
        accuracy: expect.any(Number),
        testAccuracy: expect.any(Number),
        ...COSTS,
      });
    }
    // Smallest first: on a front, larger is better.
    expect(front.map(({ params }) => params)).toEqual(front.map(({ params }) => params).sort((a, b) => a - b));
    expect(front.map(({ accuracy }) => accuracy)).toEqual(front.map(({ accuracy }) => accuracy).sort((a, b) => a - b));
  });

  it('takes the number of trials and the seed from the command line, and repeats itself by the seed', async () => {
    // The families' reference students come first, whatever the seed: the third is the first drawn
    // one.
    const file = bench.config(SMALL);
    const candidates = async (seed: string): Promise<unknown> => {
      const { json } = await bench.trade('search', file, '--trials', '3', '--seed', seed, '--json');
      const trials = json().filter((line) => line['event'] === 'trial.started');
      return trials.map((line) => (line as { trial: { family: string; config: object } }).trial.config);
    };
    const [first, again, other] = [await candidates('5'), await candidates('5'), await candidates('6')];
    expect(first).toHaveLength(3);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('takes a budget in epochs from the command line, and no two budgets', async () => {
    const config = bench.config({ ...SMALL, recipe: { ...SMALL.recipe, epochs: 2 } });
    const { code, json } = await bench.trade('search', config, '--json', '--epochs', '5');
    const last = json().at(-1) as { run: { trials: number } };
    // As long as an epoch is left, another training is begun.
    expect([code, last.run.trials]).toEqual([0, 3]);
    const both = await bench.trade('search', config, '--epochs', '5', '--trials', '2');
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--trials')]);
    const less = await bench.trade('search', config, '--epochs', '1');
    expect([less.code, less.stderr]).toEqual([2, expect.stringContaining('fewer than one whole training of 2 epochs')]);
  });

  it('counts a student that failed, keeps its reason, and writes NaN as a word', async () => {
    const watch = (): void => undefined;
    const args = ['search', bench.config(SMALL), '--json'];
    const { code, json } = await bench.tradeWatched({ fail: [1], nan: [2] }, args, watch);
    expect(code).toBe(0);
    const failed = json().find((line) => line['event'] === 'trial.failed');
    expect(failed).toMatchObject({ reason: expect.stringContaining('not finite') });
    expect(json().at(-1)).toMatchObject({ run: { trials: 4, failed: 1 } });
    const nan = json().filter((line) => (line as { trial?: { accuracy?: unknown } }).trial?.accuracy === 'NaN');
    expect(nan).toHaveLength(1);
  });
});

describe('search for people', () => {
  it('ends with the front as a table whose columns stand one below the other', async () => {
    const { code, stdout } = await bench.trade('search', bench.config(SMALL));
    expect(code).toBe(0);
    const [heading, , titles = '', ...rows] = stdout.trimEnd().split('\n');
    expect(heading).toMatch(/^Front of "Small" \(\d of 4 students trained\):$/);
    const column = titles.indexOf('configuration');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.slice(column - 2, column)).toBe('  ');
    expect(rows[0]).toMatch(
      /^[\w-]+\/[1-4] {2,}\S+ +\d\d\.\d % +\d\d\.\d % +[\d.]+( k)? +[\d.]+ k +(-|[\d.]+ ms) {2,}\w+=/,
    );
  });
});

describe('runs and show', () => {
  it('list what was searched, newest first, and show its students', async () => {
    const file = bench.config(SMALL);
    await bench.trade('search', file, '--trials', '1');
    await bench.trade('search', bench.config({ ...SMALL, name: 'Second' }), '--trials', '2');
    const runs = await bench.trade('runs', '--json');
    expect(runs.code).toBe(0);
    expect(runs.json()).toEqual([
      {
        runs: [
          { id: RUN_ID, state: 'finished', name: 'Second', trials: 2, failed: 0 },
          { id: RUN_ID, state: 'finished', name: 'Small', trials: 1, failed: 0 },
        ],
      },
    ]);
    const { id } = (runs.json()[0] as { runs: { id: string }[] }).runs[0] ?? { id: '' };
    const shown = await bench.trade('show', id, '--json');
    expect(shown.json()).toHaveLength(1);
    // What it was trained on, for whoever wants to compare it with something else.
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/) as string; // a matcher
    expect(shown.json()[0]).toMatchObject({ run: { sources: { dataset: { splits: { train: { images: hash } } } } } });
    const { run } = shown.json()[0] as { run: { trials: object[]; front: object[] } };
    expect(run).toMatchObject({ id, state: 'finished', name: 'Second' });
    expect(run.trials).toHaveLength(2);
    expect(run.trials[0]).toMatchObject({
      id: expect.any(String),
      state: 'finished',
      family: expect.any(String),
      config: expect.any(Object),
      accuracy: expect.any(Number),
      seconds: expect.any(Number),
      ...COSTS,
    });
    expect(run.front.length).toBeGreaterThan(0);
    expect(run.front[0]).toMatchObject({ testAccuracy: expect.any(Number) });
    expect((await bench.trade('show', id)).stdout).toContain('Front of "Second"');
  });

  it('tell why a run went as it did, and take earlier runs by their ids', async () => {
    const few = { ...SMALL, families: ['mlp-mixer'], strategy: { id: 'trade' }, budget: { trials: 6 } };
    await bench.trade('search', bench.config({ ...few, name: 'Earlier' }));
    const ids = async () =>
      ((await bench.trade('runs', '--json')).json()[0] as { runs: { id: string }[] }).runs.map(({ id }) => id);
    const [earlier = ''] = await ids();
    await bench.trade('search', bench.config({ ...few, name: 'Later', transferFrom: [earlier] }));
    const [later = ''] = await ids();
    const shown = await bench.trade('show', later, '--why', '--json');
    const { run } = shown.json()[0] as { run: { why: object } };
    expect(run.why).toMatchObject({
      families: [{ family: 'mlp-mixer', proposed: 6, told: 6, sources: { reference: 1, earlier: 1 } }],
      predictions: expect.arrayContaining([expect.objectContaining({ mean: expect.any(Number) })]),
      calibration: { coverage: expect.any(Array) },
    });
    const { stdout } = await bench.trade('show', later, '--why');
    expect(stdout).toMatch(/mlp-mixer +6 +0 +\d\d\.\d %/);
    expect(stdout).toMatch(/Trust regions: \d+ opened/);
    expect(stdout).toMatch(/Predictions: \d+, of which/);
    const refused = await bench.trade('search', bench.config({ ...few, transferFrom: ['gone'] }));
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('transferFrom: there is no run "gone"'),
    ]);
  });

  // The best single student alone would hide what such a search looks for.
  it('end with what a search names as its find, where that is another than the best student', async () => {
    const strategy = { id: 'na-rs', options: { neighbours: 1, references: false } };
    const config = bench.config({ ...SMALL, strategy, budget: { trials: 4 } });
    const { code, json } = await bench.trade('search', config, '--json');
    const last = json().at(-1) as { run: { id: string; answer: object } };
    expect(code).toBe(0);
    expect(last.run.answer).toEqual({ by: 'mean', centres: expect.any(Array) });
    const { stdout } = await bench.trade('show', last.run.id, '--why');
    expect(stdout).toMatch(/By the mean of a centre and its neighbours .*with 1 neighbour, .* itself/);
    expect(stdout).toMatch(/The best single student is student \d with \d\d\.\d %\./);
  });

  it('work in a workspace that is not there yet, without making it', async () => {
    expect((await bench.trade('runs', '--json')).json()).toEqual([{ runs: [] }]);
    const { code, stderr } = await bench.trade('show', 'nothing');
    expect([code, stderr]).toEqual([2, expect.stringContaining('no run "nothing"')]);
    const doctor = await bench.trade('doctor', '--json');
    expect(doctor.json()[0]).toMatchObject({ ok: true, trials: 0, checkpoints: 0, problems: [] });
  });

  it('work beside a search of another process, which is told as running', async () => {
    let shown: ReturnType<Bench['trade']> | undefined;
    let examined: ReturnType<Bench['trade']> | undefined;
    let busy: ReturnType<Bench['trade']> | undefined;
    const file = bench.config({ ...SMALL, recipe: { epochs: 200 } });
    await bench.tradeWatched({ epochMs: 20 }, ['search', file, '--json'], (stdout, child) => {
      if (shown !== undefined || !stdout.includes('epoch.finished')) return;
      shown = bench.trade('runs', '--json');
      examined = shown.then(() => bench.trade('doctor', '--json'));
      busy = examined.then(() => bench.trade('search', file));
      void busy.then(() => child.kill('SIGINT'));
    });
    expect((await shown)?.json()).toEqual([{ runs: [expect.objectContaining({ state: 'running' })] }]);
    expect((await examined)?.json()).toEqual([expect.objectContaining({ ok: true, problems: [] })]);
    const refused = await busy;
    expect(refused?.code).toBe(2);
    expect(refused?.stderr).toContain(bench.workspace);
    expect(refused?.stderr).toContain('in use by another');
  });
});

describe('a search that was killed', () => {
  it('is listed and shown as interrupted, and keeps every trial that was told as finished', async () => {
    const file = bench.config({ ...SMALL, recipe: { epochs: 20 } });
    const killed = await bench.tradeWatched({ epochMs: 20 }, ['search', file, '--json'], (stdout, child) => {
      if (stdout.includes('trial.finished')) child.kill('SIGKILL');
    });
    expect(killed.code).toBe(null);
    const { id } = (killed.json()[0] as { run: { id: string } }).run;
    const told = killed.json().flatMap((line) => (line['event'] === 'trial.finished' ? [line['trial']] : []));
    expect((await bench.trade('runs', '--json')).json()).toEqual([
      { runs: [expect.objectContaining({ id, state: 'interrupted' })] },
    ]);
    const { run } = (await bench.trade('show', id, '--json')).json()[0] as { run: { state: string; trials: object[] } };
    expect(run.state).toBe('interrupted');
    expect(run.trials.slice(0, told.length)).toEqual(told);
    expect(run.trials.map((trial) => (trial as { state: string }).state)).not.toContain('running');
    const resumed = await bench.trade('resume', id, '--json');
    expect(resumed.json().at(-1)).toMatchObject({ event: 'run.finished', run: { trials: 4, failed: 0 } });
  });
});

describe('Ctrl+C', () => {
  it('pauses with exit code 130 and says how to go on; resume ends the run, no trial told twice', async () => {
    const file = bench.config({ ...SMALL, recipe: { epochs: 20 } });
    let sent = false;
    const paused = await bench.tradeWatched({ epochMs: 20 }, ['search', file, '--json'], (stdout, child) => {
      if (sent || !stdout.includes('trial.finished')) return;
      sent = true;
      child.kill('SIGINT');
    });
    expect(paused.code).toBe(130);
    const last = paused.json().at(-1) as { event: string; run: { id: string; state: string } };
    expect([last.event, last.run.state]).toEqual(['run.paused', 'paused']);
    expect(paused.stderr).toContain(`trade resume ${last.run.id} --workspace ${bench.workspace}`);

    const resumed = await bench.trade('resume', last.run.id, '--json');
    expect(resumed.code).toBe(0);
    expect(resumed.json().at(-1)).toMatchObject({
      event: 'run.finished',
      run: { id: last.run.id, trials: 4, failed: 0 },
    });
    const ended = [...paused.json(), ...resumed.json()].filter((line) => line['event'] === 'trial.finished');
    const ids = ended.map((line) => (line as { trial: { id: string } }).trial.id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
    expect((await bench.trade('doctor', '--json')).json()[0]).toMatchObject({ ok: true, trials: 4 });
  });

  it('a second time ends at once, and the run can still be resumed', async () => {
    const file = bench.config({ ...SMALL, budget: { trials: 2 }, recipe: { epochs: 20 } });
    let sent = false;
    // A trainer that hangs never writes the checkpoint that the pause waits for.
    const cut = await bench.tradeWatched({ hang: [1] }, ['search', file, '--json'], (stdout, child) => {
      if (sent || !stdout.includes('trial.finished')) return;
      sent = true;
      setTimeout(() => child.kill('SIGINT'), 300);
      setTimeout(() => child.kill('SIGINT'), 600);
    });
    expect(cut.code).toBe(130);
    const { id } = (cut.json()[0] as { run: { id: string } }).run;
    const resumed = await bench.trade('resume', id, '--json');
    expect(resumed.json().at(-1)).toMatchObject({ event: 'run.finished', run: { trials: 2, failed: 0 } });
  });
});
