/** A one-shot search from the command line: a network of all cells first, then its students. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyTable } from '../support/tiny-table.ts';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

const oneShot = (options = {}, changes = {}) => ({
  ...SMALL,
  ...{ families: ['cells'], budget: { trials: 3 }, limits: { macs: 10_000_000 } },
  strategy: { id: 'dr-nas', options: { searchEpochs: 2, ...options } },
  ...changes,
});

describe('search by one network', () => {
  it.each(['compact', 'wide'])('ends with the student that it leads to, and says so: %s cells', async (space) => {
    const { code, stderr, json } = await bench.trade('search', bench.config(oneShot({}, { space })), '--json');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Student 3')]);
    const { run } = json().at(-1) as { run: { id: string } };
    expect(run).toMatchObject({ state: 'finished', trials: 3, failed: 0 });
    const why = await bench.trade('show', run.id, '--why');
    expect(why.stdout).toMatch(/derived 1/i);
    const log = await bench.trade('show', run.id, '--log');
    expect(log.stdout).toMatch(/one network of all its students, 2 epochs by dr-nas[^]*Derived/);
  });

  it('is refused with a family without such a network, and with options that cannot be, by their fields', async () => {
    const refusals = [
      [oneShot({}, { families: ['resnet'] }), /families: DrNAS trains all .* such as cells/],
      [oneShot({ order: 2 }), /strategy\.options\.order: dr-nas has no such option/],
      [oneShot({ stages: 5 }), /strategy\.options\.stages: "5" cannot be/],
    ] as const;
    for (const [config, words] of refusals) {
      const { code, stderr } = await bench.trade('search', bench.config(config), '--json');
      expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
    }
    expect((await bench.trade('runs', '--json')).json()).toEqual([{ runs: [] }]);
  });

  it('plays no table, and says why', async () => {
    const table = bench.config(tinyTable());
    const { code, stderr } = await bench.trade('replay', table, '--strategy', 'dr-nas', '--budget', '4', '--json');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/DrNAS needs networks, and a table has results alone/)]);
  });
});
