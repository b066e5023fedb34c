/** A finished replay with curves as strategies draw them, without playing one. */
import type { GameResultView, ReplaySummaryView, ReplayView, TableView } from '../../../src/bridge/schemas/replay.ts';
import { spreadAfter } from '../../../src/core/anytime.ts';
import { createRng, split } from '../../../src/core/math/rng.ts';

export const fixtureTable: TableView = {
  ...{ bundled: 'nas-bench-macro', name: 'NAS-Bench-Macro', source: 'arXiv 2103.11922', licence: 'Apache-2.0' },
  ...{ rows: 6561, families: 1, complete: true },
  objectives: [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: 'params', goal: 'minimize', known: true },
  ],
};

/** Gap after the first training, and by which power of the trainings it closes. */
const PACES: Readonly<Record<string, { readonly start: number; readonly power: number; readonly ms: number }>> = {
  trade: { start: 0.6, power: 1.15, ms: 24 },
  evolution: { start: 0.62, power: 0.62, ms: 0.9 },
  random: { start: 0.63, power: 0.38, ms: 0.4 },
  ...{ nsga2: { start: 0.6, power: 0.7, ms: 0.6 }, tpe: { start: 0.61, power: 0.66, ms: 8 } },
  ...{ akd: { start: 0.64, power: 0.44, ms: 31 }, 'gp-ehvi': { start: 0.6, power: 1.02, ms: 61 } },
  ...{ 'trade-f': { start: 0.6, power: 0.9, ms: 19 }, 'trade-m': { start: 0.59, power: 1.1, ms: 27 } },
  other: { start: 0.6, power: 0.58, ms: 2 },
};
/** As many as a replay may well have, one of them no longer known. */
export const MANY_STRATEGIES = Object.keys(PACES);

function game(strategy: string, seed: number, budget: number): GameResultView {
  const { start, power, ms } = PACES[strategy] ?? { start: 0.6, power: 0.5, ms: 1 };
  const rng = createRng(split(seed, strategy.length));
  const luck = Math.exp(0.35 * rng.normal());
  let gap = 1;
  const steps = Array.from({ length: budget }, (_, index) => {
    const next = start * luck * (1 + index / 3) ** -power;
    if (rng.uniform() < 0.3 || index === 0) gap = Math.min(gap, next);
    return gap;
  });
  return {
    ...{ strategy, seed },
    hypervolume: steps.map((one) => 1 - Math.min(0.95, one)),
    best: steps.map((one) => 93.1 - 6 * Math.min(1, one)),
    askMs: steps.map((_, index) => ms * (1 + index / budget) * Math.exp(0.2 * rng.normal())),
    rows: steps.map((_, index) => index),
  };
}

export function fixtureReplay(change: Partial<ReplaySummaryView> = {}, played = Infinity): ReplayView {
  const base: ReplaySummaryView = {
    ...{ id: 'p-table', name: 'NAS-Bench-Macro, 100 trainings', state: 'finished', table: fixtureTable },
    ...{ strategies: ['trade', 'evolution', 'random'], budget: 100, seeds: 12, batch: 1, single: false, limits: [] },
    ...{ played: 36, scores: [], createdAt: '2026-05-04T09:30:00.000Z', seconds: 412 },
  };
  const summary = { ...base, ...change };
  const { strategies, seeds, budget } = summary;
  const all = Array.from({ length: seeds }, (_, seed) => strategies.map((id) => game(id, seed + 1, budget))).flat();
  const results = all.slice(0, Math.min(all.length, played));
  const scores = strategies.flatMap((strategy) => {
    const curves = results.filter((one) => one.strategy === strategy).map(({ hypervolume }) => hypervolume);
    return curves.length === 0 ? [] : [{ strategy, hypervolume: spreadAfter(curves, budget, 'maximize').median }];
  });
  return { summary: { ...summary, played: results.length, scores }, results };
}
