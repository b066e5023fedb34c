/**
 * What the table of the program is worth as a prior on other data: searches on CIFAR-10's recorded
 * students (docs/claim.md) with the results on Fashion-MNIST and without. Share of the hypervolume
 * on the test images of the seed that was not searched on; medians over search seeds.
 *
 *   node benchmarks/shipped-prior.ts [--seeds 20] [--strategies trade,gp-ehvi] [--json]
 *
 * kinds    none     nothing is known beforehand
 *          table    the same students' own results on Fashion-MNIST, as the product takes them
 *          others   what a process that is fitted to all other students predicts of them
 *          opposed  those of `table` turned round: what was good is bad
 *
 * As in the product, the prior counts for a search's first results alone (`onOtherData`).
 *
 * The last line of `--json` is `{"STRATEGY":{"DIRECTION":{"KIND":{"shares":{"COUNT":median,...},
 * "endpoint":mean,"better":seeds,"kept":share},...},...},...}`; `kept` is the share of proposals in
 * which the table had a weight, `better` counts seeds whose endpoint is below that without.
 */
import { parseArgs } from 'node:util';
import { claimTableOf } from '../scripts/claim/read-table.ts';
import { PLACES } from '../scripts/claim/page.ts';
import { createPool, openGame } from '../scripts/claim/pool.ts';
import type { Pool } from '../scripts/claim/pool.ts';
import { DIRECTIONS } from '../scripts/claim/protocol.ts';
import { chosenShares, wholeVolume } from '../scripts/claim/scores.ts';
import { secondTable } from '../scripts/claim/second/table.ts';
import { readFileSync } from 'node:fs';
import { logGapArea } from '../src/core/anytime.ts';
import { studentSpace } from '../src/core/arch/families/registry.ts';
import { median } from '../src/core/math/quantile.ts';
import type { PriorResult } from '../src/core/records/run.ts';
import { candidateKey } from '../src/core/space/candidate-key.ts';
import type { Candidate } from '../src/core/space/space.ts';
import { openStrategy } from '../src/core/strategies/registry.ts';
import { priorOfTable } from '../src/core/strategies/table-prior.ts';
import { createContext } from '../src/core/strategies/trade/context.ts';
import { TABLE_FAMILIES } from '../scripts/record-table/students.ts';

const KINDS = ['none', 'table', 'others', 'opposed'] as const;
type Kind = (typeof KINDS)[number];
const COUNTS = [3, 5, 10, 20, 34];

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    strategies: { type: 'string', default: 'trade,gp-ehvi' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

const fashion = claimTableOf(readFileSync(PLACES.table, 'utf8'), PLACES.table).table;
const cifar = secondTable(PLACES.secondRows);
if (cifar === undefined) throw new Error(`Nothing is recorded in ${PLACES.secondRows}.`);
const space = studentSpace(TABLE_FAMILIES, { inputShape: [28, 28, 1], classes: 10 });
const known = new Map(priorOfTable(fashion, 'accuracy', space).map((one) => [candidateKey(one.candidate), one]));

/** The pool's students as it writes them, and as the space does, of those that the table has. */
const shared = priorOfTable({ ...cifar.table, name: 'pool' }, 'params', space).filter(({ candidate }) =>
  known.has(candidateKey(candidate)),
);
const sharedKeys = new Set(shared.map(({ candidate }) => candidateKey(candidate)));
const written = new Map(
  cifar.table.families.flatMap(({ name, parameters, rows }) =>
    rows.map(({ levels }): [string, Candidate] => {
      const entries = parameters.map(({ name: dimension }, i) => [dimension, levels[i] ?? ''] as const);
      const config = Object.fromEntries(entries);
      // A ResNet without third stage has no width of it: the table writes 0.
      const own = Object.fromEntries(
        entries.filter(([dimension]) => dimension !== 'width3' || config['blocks3'] !== 0),
      );
      return [candidateKey({ family: name, config: own }), { family: name, config }];
    }),
  ),
);

/** m(x) of a process fitted to the table's other students. */
function predictions(): ReadonlyMap<string, number> {
  const others = [...known].filter(([key]) => !sharedKeys.has(key)).map(([, result]) => result);
  const objectives = [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: 'params', goal: 'minimize', known: true },
  ] as const;
  const problem = { space, objectives, limits: [], reference: { accuracy: 0.5, params: 112_638 }, budget: 100 };
  const { catalogue, prior } = createContext({ problem, seed: 1, options: {}, prior: others }, {});
  return new Map(
    shared.flatMap(({ candidate }) => {
      const member = catalogue.admit(candidate);
      return member && prior ? [[candidateKey(candidate), prior.mean(member)] as const] : [];
    }),
  );
}
const predicted = predictions();

function priorOf(kind: Kind): readonly PriorResult[] {
  if (kind === 'none') return [];
  return shared.flatMap(({ candidate }): readonly PriorResult[] => {
    const key = candidateKey(candidate);
    const own = known.get(key)?.value ?? NaN;
    const value = kind === 'others' ? (predicted.get(key) ?? NaN) : kind === 'opposed' ? -own : own;
    const as = written.get(key);
    return as ? [{ candidate: as, value, source: 'fashion' }] : [];
  });
}

interface Played {
  readonly shares: readonly number[];
  readonly kept: number;
}

function play(strategy: string, pool: Pool, score: string, kind: Kind, seed: number): Played {
  const game = openGame(pool, seed);
  const places = new Map(pool.students.map(({ id }, place) => [id, place]));
  const player = openStrategy(strategy, {
    ...{
      problem: game.problem,
      seed,
      options: { references: false },
      prior: priorOf(kind),
      isPriorFromOtherData: true,
    },
  });
  const trained: number[] = [];
  const weights: number[] = [];
  for (;;) {
    const event = player.ask(1);
    const [proposal] = event.proposals;
    if (!proposal) break;
    const { trial, candidate, why } = proposal;
    player.fold(event);
    trained.push(places.get(candidateKey(candidate)) ?? NaN);
    if (why.priorWeight !== undefined) weights.push(why.priorWeight);
    player.fold({ type: 'told', trial, metrics: game.answer(candidate, trial, 1) });
  }
  const kept = weights.filter((weight) => weight !== 0).length / Math.max(1, weights.length);
  return { shares: chosenShares(pool, trained, score, wholeVolume(pool, score)), kept };
}

const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
const report: Record<string, Record<string, Record<string, unknown>>> = {};
say(`${shared.length} of the pool's students are in the table, which has ${known.size}.`);
for (const strategy of values.strategies.split(',')) {
  for (const { title, search, score } of DIRECTIONS) {
    const pool = createPool(cifar.table, { search, scores: [score], references: 'none' });
    const rows: Record<string, unknown> = {};
    let without: readonly number[] = [];
    for (const kind of KINDS) {
      const games = Array.from({ length: Number(values.seeds) }, (_, i) => play(strategy, pool, score, kind, i + 1));
      const at = (count: number): number => median(games.map(({ shares }) => shares[count - 1] ?? NaN));
      const ends = games.map(({ shares }) => logGapArea(shares, pool.budget));
      if (kind === 'none') without = ends;
      const better = ends.filter((end, i) => end < (without[i] ?? NaN)).length;
      const kept = mean(games.map((game) => game.kept));
      const shares = Object.fromEntries(COUNTS.map((count) => [count, at(count)]));
      rows[kind] = { shares, endpoint: mean(ends), better, kept };
      const words = COUNTS.map((count) => `${count}: ${at(count).toFixed(3)}`).join('  ');
      const rest = `endpoint ${mean(ends).toFixed(3)}  better ${better}  kept ${kept.toFixed(2)}`;
      say(`${strategy.padEnd(8)} ${title}  ${kind.padEnd(8)} ${words}  ${rest}`);
    }
    report[strategy] = { ...report[strategy], [title]: rows };
  }
}
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
