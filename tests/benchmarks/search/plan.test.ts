import { describe, expect, it } from 'vitest';
import { planGames, provenances } from '../../../benchmarks/search/plan.ts';
import type { PlanOptions } from '../../../benchmarks/search/plan.ts';
import type { Match, MatchRecord } from '../../../benchmarks/search/records.ts';
import { gameRecord } from './game-records.ts';

const matchOf = ({ task, strategy, seed, budget, batch }: MatchRecord): Match => ({
  task,
  strategy,
  seed,
  budget,
  batch,
});

const SEEDS = [1, 2, 3].map((seed) => gameRecord({ seed }));
const MATCHES = SEEDS.map(matchOf);

function planOf(recorded: readonly MatchRecord[], options: Partial<PlanOptions> = {}) {
  return planGames(MATCHES, {
    find: ({ seed }) => recorded.filter((record) => record.seed === seed),
    isFresh: ({ player }) => player === 'p1',
    mayPlay: () => true,
    stale: false,
    ...options,
  });
}

describe('a plan', () => {
  it('plays all where nothing is recorded', () => {
    expect(planOf([])).toEqual({ records: [], missing: MATCHES, absent: [], old: 0 });
  });

  it('plays what is missing, once: what it has played is in the next plan as a record', () => {
    const first = planOf(SEEDS.slice(0, 1));
    expect(first.missing.map(({ seed }) => seed)).toEqual([2, 3]);
    const second = planOf([...first.records, ...first.missing.map((match) => gameRecord(match))]);
    expect(second.missing).toEqual([]);
    expect(second.records).toHaveLength(3);
  });

  it('does not play again what could not be played', () => {
    const skipped = gameRecord({ seed: 1, curve: [], skipped: 'CMA-ES knows no categories' });
    expect(planOf([skipped]).missing.map(({ seed }) => seed)).toEqual([2, 3]);
  });

  it('plays again what an earlier state of the code has played, and says how many those are', () => {
    const plan = planOf([gameRecord({ seed: 1, player: 'p0' }), gameRecord({ seed: 2 })]);
    expect(plan.missing.map(({ seed }) => seed)).toEqual([1, 3]);
    expect(plan.old).toBe(1);
  });

  it('takes it all the same where it is asked to', () => {
    const plan = planOf([gameRecord({ seed: 1, player: 'p0' })], { stale: true });
    expect(plan.records.map(({ player }) => player)).toEqual(['p0']);
    expect(plan.old).toBe(1);
  });

  it('prefers a fresh record in the second place to a stale one in the first', () => {
    const [stale, fresh] = [gameRecord({ player: 'p0' }), gameRecord({})];
    const plan = planOf([], { find: () => [stale, fresh], stale: true });
    expect(plan.records).toEqual([fresh, fresh, fresh]);
    expect(plan.old).toBe(0);
  });

  it('names what is neither recorded nor to be played, instead of leaving it out without a word', () => {
    const plan = planOf(SEEDS.slice(0, 1), { mayPlay: ({ seed }) => seed === 2 });
    expect(plan.missing.map(({ seed }) => seed)).toEqual([2]);
    expect(plan.absent.map(({ seed }) => seed)).toEqual([3]);
  });
});

describe('how games came to be in a benchmark', () => {
  const recorded = [gameRecord({ seed: 1 }), gameRecord({ seed: 2 })];
  const now = gameRecord({ seed: 3 });
  const isNow = (record: MatchRecord) => record === now;
  const where = { machine: 'AMD EPYC, 2 cores, Linux x86_64', version: 'botorch 0.18.1', clock: 'cpu' };

  it('keeps recorded ones apart from those played now, were they otherwise the same', () => {
    expect(provenances([...recorded, now], isNow)).toEqual({
      turbo: [
        { how: 'recorded', games: 2, ...where, dates: ['2026-11-25', '2026-11-25'] },
        { how: 'now', games: 1, ...where, dates: ['2026-11-25', '2026-11-25'] },
      ],
    });
  });

  it('keeps machines, versions and clocks apart', () => {
    const others = [
      gameRecord({ origin: { machine: 'another', date: '2026-11-25' } }),
      gameRecord({ version: 'botorch 0.17.0' }),
      gameRecord({ clock: 'wall' }),
    ];
    const groups = provenances([...recorded, ...others], isNow)['turbo'];
    expect(groups?.map(({ games }) => games)).toEqual([2, 1, 1, 1]);
  });

  it('gives the first and the last day, whatever the order of the lines', () => {
    const days = ['2026-11-26', '2026-11-24', '2026-11-25'].map((date, i) =>
      gameRecord({ seed: i, origin: { machine: 'one', date } }),
    );
    expect(provenances(days, isNow)['turbo']?.map(({ dates }) => dates)).toEqual([['2026-11-24', '2026-11-26']]);
  });

  it('says unknown of records from before it was kept, and nothing of games that nobody played', () => {
    const { origin: _, ...bare } = gameRecord({});
    const skipped = gameRecord({ strategy: 'optuna-cmaes', skipped: 'CMA-ES has one objective', curve: [] });
    const all = provenances([bare, skipped], isNow);
    expect(Object.keys(all)).toEqual(['turbo']);
    expect(all['turbo']).toMatchObject([{ machine: 'unknown', dates: ['unknown', 'unknown'] }]);
  });
});
