/** `sweep` and `queue`: runs that are made together and trained one after the other. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

test('a sweep trains every combination, by a tag, and ends with all of its runs', async () => {
  const config = bench.config({ ...SMALL, budget: { trials: 2 } });
  const args = ['sweep', config, '--vary', 'strategy=random,evolution', '--vary', 'seed=1..2', '--tag', 'night'];
  const { code, json } = await bench.trade(...args, '--json');
  expect(code).toBe(0);
  const { runs } = json().at(-1) as { runs: { id: string; state: string; name: string }[] };
  expect(runs.map(({ state, name }) => [state, name])).toEqual([
    ['finished', 'Small · random · seed 1'],
    ['finished', 'Small · random · seed 2'],
    ['finished', 'Small · evolution · seed 1'],
    ['finished', 'Small · evolution · seed 2'],
  ]);
  expect(json().filter((line) => line['event'] === 'run.finished')).toHaveLength(4);
  const tagged = await bench.trade('tag', runs[3]?.id ?? '');
  expect(tagged.stdout).toContain('night');
  expect((await bench.trade('queue')).stdout).toBe('Nothing waits in the queue.\n');
});

test('what is put off waits in the queue, is listed, and goes on after Ctrl+C', async () => {
  const config = bench.config({ ...SMALL, budget: { trials: 3 } });
  const later = await bench.trade('sweep', config, '--vary', 'seed=1..2', '--later');
  expect([later.code, later.stdout.match(/seed \d/g)]).toEqual([0, ['seed 1', 'seed 2']]);
  expect((await bench.trade('queue')).stdout).toMatch(/^1\. .*seed 1\n2\. .*seed 2\n$/);

  let isTold = false;
  const cut = await bench.tradeWatched({ epochMs: 100 }, ['queue', '--run', '--json'], (stdout, child) => {
    if (!isTold && stdout.includes('trial.started')) isTold = child.kill('SIGINT');
  });
  expect([cut.code, cut.stderr]).toEqual([130, expect.stringContaining('trade queue --run')]);
  const waiting = await bench.trade('queue', '--json');
  const { queue } = waiting.json()[0] as { queue: { name: string }[] };
  expect(queue.map(({ name }) => name)).toEqual(['Small · seed 1', 'Small · seed 2']);
  const { code, json } = await bench.trade('queue', '--run', '--json');
  expect([code, json().at(-1)]).toMatchObject([0, { runs: [{ state: 'finished' }, { state: 'finished' }] }]);
});

test('a sweep of nothing, or with a value that is none, is refused and leaves no workspace', async () => {
  const config = bench.config(SMALL);
  for (const [vary, words] of [
    ['seed=', 'one of its values is missing'],
    ['seed=1..9999', '500 are made in one go at most'],
    ['seed=1,-1', 'Run 2 of 2'],
  ] as const) {
    const { code, stderr } = await bench.trade('sweep', config, '--vary', vary);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  }
  expect((await bench.trade('runs')).stdout).not.toContain('Small');
});
