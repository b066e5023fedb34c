/**
 * What earlier runs are worth to TRADE: made-up pairs of tasks over one union of families, of which
 * the first is searched and the second searched with its results and without. Share of the second's
 * hypervolume, mean over seeds.
 *
 *   node benchmarks/transfer.ts [--seeds 20] [--earlier 50] [--budget 50] [--pairs
 *       same,close,unrelated,opposed] [--json]
 *
 * The last line of `--json` is `{"PAIR":{"COUNT":[without,with,difference,its standard
 * error],...,"kept":share},...}`; `kept` is the share of proposals that the earlier runs had a
 * weight in.
 */
import { parseArgs } from 'node:util';
import type { RunEvent } from '../src/core/records/events.ts';
import { hypervolume, hypervolumeHistory } from '../src/core/geometry/hypervolume.ts';
import { createRng, split } from '../src/core/math/rng.ts';
import type { Problem } from '../src/core/objective.ts';
import { candidateKey } from '../src/core/space/candidate-key.ts';
import { enumerateSpace, familyOf } from '../src/core/space/lattice.ts';
import type { Candidate, Dimension, Family } from '../src/core/space/space.ts';
import { openStrategy } from '../src/core/strategies/registry.ts';
import type { PriorResult } from '../src/core/records/run.ts';

const COUNTS = [10, 20, 50];
/** Deviation of a result, in accuracy. */
const NOISE = 0.003;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    earlier: { type: 'string', default: '50' },
    budget: { type: 'string', default: '50' },
    pairs: { type: 'string', default: 'same,close,unrelated,opposed' },
    json: { type: 'boolean', default: false },
  },
});
const budget = Number(values.budget);
const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

const ordinal = (name: string, role: Dimension['role'], levels: readonly number[]): Dimension => ({
  name,
  title: name,
  role,
  type: 'ordinal',
  levels,
});
const category = (name: string, levels: readonly string[]): Dimension => ({
  name,
  title: name,
  role: 'other',
  type: 'categorical',
  levels,
});

/** Three families of 1,280, 900 and 540 students between 300 and 300,000 parameters. */
const FAMILIES: readonly Family[] = [
  {
    name: 'conv',
    title: 'conv',
    dimensions: [
      ordinal('width', 'width', [4, 8, 12, 16, 24, 32, 48, 64]),
      ordinal('depth', 'depth', [1, 2, 3, 4, 5]),
      ordinal('kernel', 'kernel', [3, 5]),
      category('act', ['relu', 'gelu', 'swish', 'tanh']),
      ordinal('expansion', 'expansion', [1, 2, 3, 4]),
    ],
    costs: (c) => ({
      params: Number(c['width']) ** 2 * Number(c['depth']) * Number(c['kernel']) * Number(c['expansion']),
    }),
  },
  {
    name: 'mixer',
    title: 'mixer',
    dimensions: [
      ordinal('width', 'width', [8, 16, 24, 32, 64]),
      ordinal('depth', 'depth', [1, 2, 3, 4, 6]),
      ordinal('patch', 'patch', [2, 4, 7]),
      category('mix', ['token', 'channel', 'both']),
      ordinal('ratio', 'expansion', [1, 2, 3, 4]),
    ],
    costs: (c) => ({ params: 12 * Number(c['width']) ** 1.7 * Number(c['depth']) * Number(c['ratio']) }),
  },
  {
    name: 'vit',
    title: 'vit',
    dimensions: [
      ordinal('width', 'width', [16, 24, 32, 48, 64]),
      ordinal('depth', 'depth', [1, 2, 3, 4, 5, 6]),
      ordinal('heads', 'heads', [1, 2, 4]),
      category('norm', ['pre', 'post']),
      ordinal('patch', 'patch', [2, 4, 7]),
    ],
    costs: (c) => ({ params: 8 * Number(c['width']) ** 2 * Number(c['depth']) + 200 * Number(c['patch']) }),
  },
];
const problem: Problem = {
  space: { families: FAMILIES },
  objectives: [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: 'params', goal: 'minimize', known: true },
  ],
  limits: [],
  reference: { accuracy: 0.5, params: 300_000 },
  budget,
};
const ALL = [...enumerateSpace(problem.space)];
const paramsOf = ({ family, config }: Candidate): number =>
  familyOf(problem.space, family).costs(config)['params'] ?? NaN;

/** Effects of single levels and of pairs, a walk over ordinal ones: about standard normal over the
 * space. */
type Effects = ReadonlyMap<string, number>;

function drawEffects(seed: number): Effects {
  const effects = new Map<string, number>();
  for (const candidate of ALL) effects.set(candidateKey(candidate), effectOf(candidate, seed));
  const list = [...effects.values()];
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const deviation = Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length);
  return new Map([...effects].map(([key, value]) => [key, (value - mean) / deviation]));
}

const hash = (text: string): number => [...text].reduce((sum, letter) => split(sum, letter.codePointAt(0) ?? 0), 7);
const normal = (seed: number, text: string): number => createRng(split(seed, hash(text))).normal();

function effectOf({ family, config }: Candidate, seed: number): number {
  const { dimensions } = familyOf(problem.space, family);
  const places = dimensions.map(({ name, type, levels }) => {
    const at = levels.findIndex((level) => level === config[name]);
    const x = levels.length > 1 ? (2 * at) / (levels.length - 1) - 1 : 0;
    const slope = normal(seed, `${family}.${name}.slope`);
    const bend = normal(seed, `${family}.${name}.bend`);
    return {
      name,
      effect: type === 'categorical' ? normal(seed, `${family}.${name}.${at}`) : slope * x + bend * (x * x - 0.5),
      x: type === 'categorical' ? normal(seed, `${family}.${name}.${at}.x`) : x,
    };
  });
  let sum = 1.2 * normal(seed, family);
  places.forEach((one, i) => {
    sum += one.effect;
    for (const other of places.slice(i + 1)) {
      sum += 0.5 * normal(seed, `${family}.${one.name}.${other.name}`) * one.x * other.x;
    }
  });
  return sum;
}

type Task = (candidate: Candidate) => number;

/** Accuracy that saturates in log parameters, moved by up to some points by the effects. */
const taskOf =
  (effects: Effects, level = 0, scale = 0.025): Task =>
  (candidate) =>
    0.92 +
    level -
    0.3 * Math.exp(-(Math.log10(paramsOf(candidate)) - 2.4) / 0.9) +
    scale * (effects.get(candidateKey(candidate)) ?? 0);

/** The earlier task to the one of `effects`. */
const PAIRS: Readonly<Record<string, (effects: Effects, seed: number) => Task>> = {
  same: (effects) => taskOf(effects),
  /** Another teacher: all a little worse, closer together, and a third of the effects' deviation of
   * its own. */
  close: (effects, seed) => {
    const other = drawEffects(split(seed, 11));
    return taskOf(new Map([...effects].map(([key, value]) => [key, value + (other.get(key) ?? 0) / 3])), -0.03, 0.02);
  },
  unrelated: (_, seed) => taskOf(drawEffects(split(seed, 12))),
  opposed: (effects) => taskOf(new Map([...effects].map(([key, value]) => [key, -value]))),
};

interface Played {
  readonly results: readonly PriorResult[];
  /** Share of all there is, after each trial. */
  readonly shares: readonly number[];
  readonly weights: readonly number[];
}

function play(task: Task, seed: number, trials: number, prior: readonly PriorResult[] = []): Played {
  const game = openStrategy('trade', { problem: { ...problem, budget: trials }, seed, options: {}, prior });
  const told: { candidate: Candidate; accuracy: number }[] = [];
  const weights: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const event = game.ask(1);
    const [proposal] = event.proposals;
    if (!proposal) break;
    const { candidate, why } = proposal;
    const noise = NOISE * createRng(split(split(seed, 77), trial)).normal();
    const accuracy = task(candidate);
    const answers: readonly RunEvent[] = [
      event,
      { type: 'told', trial, metrics: { accuracy: accuracy + noise, params: paramsOf(candidate) } },
    ];
    answers.forEach(game.fold);
    told.push({ candidate, accuracy: accuracy + noise });
    if (why.priorWeight !== undefined) weights.push(why.priorWeight);
  }
  const metricsOf = (candidate: Candidate) => ({ accuracy: task(candidate), params: paramsOf(candidate) });
  const { objectives, reference } = problem;
  const whole = hypervolume(ALL.map(metricsOf), objectives, reference);
  const history = hypervolumeHistory(
    told.map(({ candidate }) => metricsOf(candidate)),
    objectives,
    reference,
  );
  return {
    results: told.map(({ candidate, accuracy }) => ({ candidate, value: accuracy, source: `run ${seed}` })),
    shares: history.map((volume) => volume / whole),
    weights,
  };
}

const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;

const report: Record<string, Record<string, unknown>> = {};
for (const name of values.pairs.split(',')) {
  const earlierTask = PAIRS[name];
  if (!earlierTask) throw new Error(`There is no pair ${name}: choose from ${Object.keys(PAIRS).join(', ')}.`);
  const games = Array.from({ length: Number(values.seeds) }, (_, i) => {
    const seed = i + 1;
    const effects = drawEffects(split(seed, 1));
    const task = taskOf(effects);
    const { results } = play(earlierTask(effects, seed), split(seed, 2), Number(values.earlier));
    return { without: play(task, seed, budget), with: play(task, seed, budget, results) };
  });
  const row: Record<string, unknown> = {};
  const words = COUNTS.filter((count) => count <= budget).map((count) => {
    const at = ({ shares }: Played): number => shares[Math.min(count, shares.length) - 1] ?? 0;
    const gains = games.map((game) => at(game.with) - at(game.without));
    const error = Math.sqrt(mean(gains.map((gain) => (gain - mean(gains)) ** 2)) / (gains.length - 1));
    const figures = [
      mean(games.map((game) => at(game.without))),
      mean(games.map((game) => at(game.with))),
      mean(gains),
      error,
    ];
    row[count] = figures;
    return `${count}: ${figures.map((figure) => figure.toFixed(4)).join(' ')}`;
  });
  const weights = games.flatMap((game) => game.with.weights);
  row['kept'] = weights.filter((weight) => weight !== 0).length / weights.length;
  report[name] = row;
  say(`${name.padEnd(10)} ${words.join('   ')}   kept ${Number(row['kept']).toFixed(2)}`);
}
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
