/** The live searches: what is begun, gone on with, done already; and what their page says of
 * them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { playLive, rowOf } from '../../scripts/claim/live.ts';
import type { LiveRow } from '../../scripts/claim/live.ts';
import type { RunTrade } from '../../scripts/study/by-product.ts';
import { PLACES } from '../../scripts/claim/page.ts';
import { LIVE_PLAYERS } from '../../scripts/claim/protocol.ts';
import { liveSection, liveShares } from '../../scripts/claim/report-live.ts';
import { parseSearchText } from '../../src/bridge/config/parse-config.ts';
import { readRecord } from '../../scripts/study/record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claim-live-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const trial = (accuracy: number | undefined, params: number, testAccuracy?: number) => ({
  ...{ id: 't', family: 'resnet', config: {}, params, macs: 9, seconds: 3 },
  ...{ state: accuracy === undefined ? 'failed' : 'finished', accuracy, testAccuracy },
});
const shown = (trials: readonly object[], front: readonly object[] = []) => ({
  run: { id: 'r', trials, front, seconds: 60 },
});

/** A command line that trains nothing; `answers` by verb, or a run that ends at once. */
function program(answers: Readonly<Record<string, (args: readonly string[]) => unknown>> = {}, code = 0) {
  const calls: (readonly string[])[] = [];
  const run: RunTrade = async (args) => {
    calls.push(args);
    const [verb = ''] = args;
    if (verb === 'search') mkdirSync(join(folder, 'workspace'), { recursive: true });
    const usual: Readonly<Record<string, unknown>> = {
      ...{ runs: { runs: [] }, show: shown([trial(0.8, 10, 0.79)]) },
      ...{ search: { run: { id: 'new' } }, resume: { run: { id: 'old' } } },
    };
    return {
      code: verb === 'search' || verb === 'resume' ? code : 0,
      last: answers[verb]?.(args) ?? usual[verb],
      lines: [],
    };
  };
  return { run, calls, verbs: () => calls.map(([verb]) => verb).filter((verb) => verb !== 'runs') };
}

const play = (run: RunTrade, seeds = 1) =>
  playLive({
    ...{ out: folder, records: join(folder, 'rows.jsonl'), config: PLACES.config, seeds, trials: 5 },
    ...{ say: () => undefined, run },
  });

describe('the live searches', () => {
  it('are the example with strategy, trials and seed set: a configuration that the product takes', async () => {
    const { run, verbs, calls } = program();
    expect(await play(run, 2)).toBe(true);
    expect(verbs()).toEqual(Array.from({ length: 6 }, () => ['search', 'show']).flat());
    const files = calls.filter(([verb]) => verb === 'search').map(([, file = '']) => file);
    const configs = files.map((file) => parseSearchText(readFileSync(file, 'utf8'), file));
    expect(configs.map(({ strategy, seed }) => `${strategy.id}/${seed}`)).toEqual([
      ...LIVE_PLAYERS.map((player) => `${player}/1`),
      ...LIVE_PLAYERS.map((player) => `${player}/2`),
    ]);
    expect(new Set(configs.map(({ budget }) => budget.trials))).toEqual(new Set([5]));
    const rows = readRecord<LiveRow>(join(folder, 'rows.jsonl'));
    expect(rows.map(({ id }) => id)).toEqual(configs.map(({ strategy, seed }) => `${strategy.id}/${seed}`));
    expect(rows[0]).toMatchObject({ dataset: 'fashion-mnist', trials: 1, failed: 0, seconds: 60 });
  });

  it('are not searched again once their row is there', async () => {
    await play(program().run);
    const second = program();
    expect(await play(second.run)).toBe(true);
    expect(second.calls).toEqual([]);
  });

  it('go on where one was interrupted, and take the result of one that ended before its row was written', async () => {
    for (const [state, verbs] of [
      ['interrupted', ['resume', 'show']],
      // A killed process leaves its run so: the next start sees that nobody is at it.
      ['running', ['resume', 'show']],
      ['finished', ['show']],
    ] as const) {
      rmSync(join(folder, 'rows.jsonl'), { force: true });
      mkdirSync(join(folder, 'workspace'), { recursive: true });
      const runs = LIVE_PLAYERS.map((player) => ({ id: `id ${player}`, name: `claim ${player} 1`, state }));
      const { run, verbs: done, calls } = program({ runs: () => ({ runs }) });
      await play(run);
      expect(done()).toEqual(LIVE_PLAYERS.flatMap(() => verbs));
      if (state !== 'finished') expect(calls.find(([verb]) => verb === 'resume')?.[1]).toBe('id trade');
    }
  });

  it('stop where one is interrupted and fail where one fails, without a row of what is not whole', async () => {
    const interrupted = program({}, 130);
    expect(await play(interrupted.run)).toBe(false);
    expect(interrupted.verbs()).toEqual(['search']);
    await expect(play(program({}, 1).run)).rejects.toThrow(/trade\/1 ended with 1/);
    expect(readRecord(join(folder, 'rows.jsonl'))).toEqual([]);
  });

  it('keep failed students in their row: they were paid for', () => {
    const row = rowOf(shown([trial(0.8, 10, 0.79), trial(undefined, 20)]), { player: 'trade', seed: 1, dataset: 'd' });
    expect(row).toMatchObject({ trials: 2, failed: 1 });
    expect(row.students[1]?.accuracy).toBeUndefined();
  });
});

describe('the section of the live searches', () => {
  const row = (player: string, front: readonly object[]): LiveRow =>
    rowOf(shown([trial(0.7, 10), ...front], front), { player, seed: 1, dataset: 'fashion-mnist' });
  const rows = [row('trade', [trial(0.8, 50, 0.9)]), row('random', [trial(0.8, 100, 0.7)])];

  it('measures fronts by their test accuracy against the front of all', () => {
    // Reference (0.5, 110): 0.4 x 60 = 24 and 0.2 x 10 = 2, which the former covers.
    const shares = liveShares(rows);
    expect(shares.get('trade/1')).toBeCloseTo(1, 12);
    expect(shares.get('random/1')).toBeCloseTo(2 / 24, 12);
    expect(liveSection(rows)).toContain(
      'Students on the front of all: TRADE 1, Regularised evolution 0, Random search 0.',
    );
  });

  it('says that nothing was tried where no row is', () => {
    writeFileSync(join(folder, 'none.jsonl'), '');
    expect(liveSection(readRecord<LiveRow>(join(folder, 'none.jsonl')))).toContain('Untried');
  });
});
