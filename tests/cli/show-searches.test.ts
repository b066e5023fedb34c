/** `show` of a run that searched by one network of all students: what became of its paths. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBench } from './command-line.ts';
import type { Bench } from './command-line.ts';

const options = process.env['NODE_OPTIONS'];
const SEARCH = {
  ...{ name: 'One shot', families: ['cells'], trainImages: 500, space: 'compact', slots: 1 },
  strategy: { id: 'toy-one-shot', options: { searchEpochs: 4 } },
  ...{ limits: { macs: 10_000_000 }, budget: { trials: 2 }, recipe: { epochs: 2 } },
};

describe('show of a one-shot search', () => {
  let bench: Bench;
  let id: string;
  beforeAll(async () => {
    process.env['NODE_OPTIONS'] = `${options ?? ''} --import ${new URL('../contract/toys.ts', import.meta.url).href}`;
    bench = makeBench();
    const { json } = await bench.trade('search', bench.config(SEARCH), '--json');
    id = (json().at(-1) as { run: { id: string } }).run.id;
  }, 60_000);
  afterAll(() => {
    bench.remove();
    if (options === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = options;
  });

  it('tells by --why what each path counted at the start, half way and at the end, and what came of it', async () => {
    const { code, stdout } = await bench.trade('show', id, '--why');
    expect(code).toBe(0);
    expect(stdout).toContain('Search 1: DARTS (Liu et al. 2019) in cells, 4 of 4 epochs, 2 s of all processors.');
    expect(stdout).toMatch(/edge +epoch 1 +epoch 2 +epoch 4 +path\n/);
    // The fake trainer's shares: from 0.203 to 0.063 for all but the last path.
    expect(stdout).toMatch(/Op from node 0 to node 1 +20.3 % +15.6 % +6.3 % +none\n/);
    expect(stdout).toMatch(/\n +39.1 % +53.1 % +81.3 % +conv3x3\n/);
    expect(stdout).toMatch(/Entropy of the paths, of the highest there can be: 9\d.\d %, \d\d.\d %, \d\d.\d %\./);
    expect(stdout).toMatch(/Loss: 1.000, 0.667, 0.400\./);
    expect(stdout).toMatch(
      /It leads to edge01 conv3x3, .*edge23 conv3x3: [\d.]+ k params, [\d.]+ M MACs, student #2\./,
    );
  });

  it('tells the same with --json, epoch by epoch, and in the log its start and its end alone', async () => {
    const shown = await bench.trade('show', id, '--why', '--json');
    const { run } = shown.json()[0] as { run: { why: { searches: readonly object[]; families: object } } };
    expect(run.why.families).toHaveLength(1);
    expect(run.why.searches).toMatchObject([
      {
        ...{ search: 0, family: 'cells', method: 'darts', state: 'done', epochs: 4, cpuSeconds: 2 },
        mixed: [1, 2, 3, 4].map((epoch) => ({ epoch, loss: 2 / (epoch + 1), params: expect.any(Number) })),
        student: { config: { edge01: 'conv3x3' } },
      },
    ]);
    const log = await bench.trade('show', id, '--log');
    expect(log.stdout.split('\n').filter((line) => /Search|epoch/i.test(line.slice(21, 33)))).toHaveLength(2);
  });
});
