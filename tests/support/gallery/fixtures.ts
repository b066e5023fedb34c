/** A seeded workspace of core's own families, for gallery, chart tests and work without a host.
 * Costs are exact; accuracies follow a saturating law with noise, as those of real students do. */
import { trainingsOf } from '../../../src/core/budget.ts';
import type {
  DatasetView,
  FamilyView,
  PredictionsView,
  RunSummaryView,
  StrategyView,
  TeacherView,
} from '../../../src/bridge/schemas/records.ts';
import { costOf } from '../../../src/core/arch/cost.ts';
import { familyNamesFor, studentSpace } from '../../../src/core/arch/families/registry.ts';
import { resnetTeacher } from '../../../src/core/arch/families/resnet.ts';
import type { ArchitectureGraph } from '../../../src/core/arch/graph.ts';
import type { Why } from '../../../src/core/records/proposal.ts';
import { hypervolumeHistory } from '../../../src/core/geometry/hypervolume.ts';
import { paretoFront } from '../../../src/core/geometry/pareto-front.ts';
import { LATENCY_BATCHES, LATENCY_ENGINES, type LatencyRow } from '../../../src/core/latency.ts';
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Run, RunState, SearchConfig } from '../../../src/core/records/run.ts';
import { enumerateFamily, familyOf, randomMember } from '../../../src/core/space/lattice.ts';
import type { RegionsAfter } from '../../../src/core/strategies/followed.ts';
import { metricsOf } from '../../../src/core/records/trial.ts';
import type { EpochPoint } from '../../../src/core/records/epoch.ts';
import type { Trial, TrialState } from '../../../src/core/records/trial.ts';
import { createRegionGame, type ChosenRegion, type RegionGame } from './region-game.ts';

const SHAPE = [28, 28, 1] as const;
const CLASSES = 'T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'.split(',');
const SPACE = studentSpace(familyNamesFor({}), { inputShape: SHAPE, classes: CLASSES.length });
/** Families of every made-up run: those that a search takes when none are named. */
const SEARCHED = ['resnet', 'mobilenet-v2', 'vit', 'mlp-mixer'] as const;
/** What a family loses or gains against the common law. */
const FAMILY_SKILL: Readonly<Record<string, number>> = {
  resnet: 0.006,
  'mobilenet-v2': 0.004,
  vit: -0.03,
  'mlp-mixer': -0.02,
};
const STARTED = Date.UTC(2026, 10, 24, 9, 0);

export const fixtureDataset: DatasetView = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST',
  licence: 'MIT',
  classes: CLASSES,
  shape: SHAPE,
  splits: { train: 10_000, validation: 5_000, test: 10_000 },
  bundled: true,
};

const teacherGraph = resnetTeacher(SHAPE, CLASSES.length);
const teacherCost = costOf(teacherGraph);

/** A network of ours. */
type KnownFigures = 'graph' | 'params' | 'macs' | 'validationAccuracy' | 'testAccuracy';

export const fixtureTeacher: TeacherView & Required<Pick<TeacherView, KnownFigures>> = {
  kind: 'graph',
  name: 'fashion-resnet',
  title: 'ResNet-14 (32-64-128)',
  dataset: 'fashion-mnist',
  graph: teacherGraph,
  params: teacherCost.params,
  macs: teacherCost.macs,
  validationAccuracy: 0.9442,
  testAccuracy: 0.9395,
  summary: 'Trained for 20 epochs on the other 45,000 images.',
  bundled: true,
};

export const fixtureStrategies: readonly StrategyView[] = [
  {
    id: 'trade',
    title: 'TRADE',
    version: 1,
    fidelity: 'reconstruction',
    summary: 'Trust-region Bayesian optimisation over student families with one shared surrogate.',
    defaults: { initial: 8, globalShare: 0.25 },
    accepts: ['prior'],
  },
  {
    id: 'random',
    title: 'Random search',
    version: 1,
    fidelity: 'faithful',
    summary: 'Uniform over the feasible students.',
    defaults: {},
  },
  ...[
    { id: 'evolution', title: 'Regularised evolution' },
    { id: 'nsga2', title: 'NSGA-II' },
    { id: 'tpe', title: 'Tree-structured Parzen estimators' },
    { id: 'akd', title: 'Reinforcement learning (AKD)' },
    { id: 'gp-ehvi', title: 'Global GP with EHVI' },
    { id: 'trade-f', title: 'TRADE-F' },
    { id: 'trade-m', title: 'TRADE-M' },
  ].map((named) => ({
    ...named,
    version: 1,
    fidelity: 'faithful' as const,
    summary: 'For the gallery.',
    defaults: {},
  })),
];

export const fixtureFamilies: readonly FamilyView[] = SPACE.families.map((family) => {
  const reference = costOf(family.build(family.reference));
  return {
    name: family.name,
    title: family.title,
    dimensions: family.dimensions.map(({ name, title, levels }) => ({ name, title, levels })),
    students: [...enumerateFamily(family)].length,
    reference: { config: family.reference, params: reference.params, macs: reference.macs },
  };
});

export interface FixtureOptions {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly budget: number;
  /** Trials that exist already. */
  readonly done: number;
  readonly seed: number;
  readonly epochs?: number;
  readonly sample?: boolean;
  readonly strategy?: string;
  readonly learnsFrom?: readonly string[];
}

export interface FixtureRun {
  readonly run: Run;
  readonly trials: readonly Trial[];
  readonly epochs: ReadonlyMap<string, readonly EpochPoint[]>;
}

export function fixtureRun(options: FixtureOptions): FixtureRun {
  const run = runOf(options);
  const trials = Array.from({ length: options.done }, (_, number) => fixtureTrial(run, number));
  return { run, trials, epochs: new Map(trials.map((trial) => [trial.id, fixtureEpochs(trial)])) };
}

function runOf(options: FixtureOptions): Run {
  return {
    id: options.id,
    name: options.name,
    state: options.state,
    strategyVersion: 1,
    sample: options.sample ?? false,
    createdAt: new Date(STARTED - options.seed * 5_400_000).toISOString(),
    finishedAt:
      options.state === 'finished' ? new Date(STARTED - options.seed * 5_400_000 + 330_000).toISOString() : undefined,
    seconds: options.done * 12.4,
    config: {
      name: options.name,
      dataset: 'fashion-mnist',
      teacher: 'fashion-resnet',
      families: SEARCHED,
      strategy: { id: options.strategy ?? 'trade', options: {} },
      ...(options.learnsFrom && { transferFrom: options.learnsFrom }),
      objectives: [
        { metric: 'accuracy', goal: 'maximize', known: false },
        { metric: 'params', goal: 'minimize', known: true },
      ],
      limits: [{ metric: 'macs', max: 1_500_000 }],
      reference: { accuracy: 0.5, params: 200_000, macs: 1_650_000 },
      budget: { trials: options.budget },
      recipe: {
        epochs: options.epochs ?? 3,
        batchSize: 128,
        optimizer: 'adamw',
        learningRate: 0.005,
        warmupEpochs: 0.3,
        schedule: 'cosine',
        milestones: [0.5, 0.75],
        decayFactor: 0.1,
        momentum: 0.9,
        weightDecay: 0.01,
        clipNorm: 0,
        emaDecay: 0,
        labelSmoothing: 0,
        augmentation: { flip: true, shift: 2, cutout: 0, timeMask: 0, bandMask: 0, mixup: 0 },
        distillation: { loss: 'kd', temperature: 4, weight: 0.9 },
      },
      checkpoints: { precision: 'fp32', keep: 'best-and-last' },
      seed: options.seed,
      slots: 1,
    },
  };
}

/** Regions of each made-up run so far, and how many of its trials they have heard of. */
const games = new WeakMap<SearchConfig, { readonly game: RegionGame; readonly drawn: (ChosenRegion | undefined)[] }>();

/** A trial as the host would have it when it ended; every 17th one fails. */
export function fixtureTrial(run: Run, number: number): Trial {
  const { config } = run;
  const known = games.get(config) ?? { game: createRegionGame(config), drawn: [] };
  games.set(config, known);
  for (let at = known.drawn.length; at <= number; at += 1) {
    const trial = bareTrial(run, at);
    const guided = trial.why.predicted !== undefined && at % 4 !== 3;
    const chosen = guided ? known.game.choose() : undefined;
    known.drawn.push(chosen);
    known.game.tell(chosen ? { ...trial, why: { ...trial.why, region: chosen } } : trial);
  }
  const trial = bareTrial(run, number);
  const region = known.drawn[number];
  return region ? { ...trial, why: { ...trial.why, source: 'region', region } } : trial;
}

/** What the regions of a made-up run did, after each of its trials. */
export function fixtureRegions({ config }: Run): readonly RegionsAfter[] {
  return games.get(config)?.game.moments ?? [];
}

/** Without its place in a region. */
function bareTrial(run: Run, number: number): Trial {
  const seed = split(run.config.seed, number);
  const rng = createRng(seed);
  const names = run.config.families;
  const isReference = number < names.length;
  const family = familyOf(SPACE, names[isReference ? number : rng.int(names.length)] ?? 'resnet');
  const config = isReference && family.reference ? family.reference : randomMember(family, () => rng.uniform());
  const cost = costOf(graphOf(family.name, config));
  const accuracy =
    0.915 -
    0.55 * Math.exp(-(Math.log10(cost.params) - 2.2) * 1.15) +
    (FAMILY_SKILL[family.name] ?? 0) +
    rng.normal() * 0.008;
  const ended: TrialState = number % 17 === 16 ? 'failed' : 'finished';
  return {
    id: `${run.id}-t${number}`,
    runId: run.id,
    number,
    state: ended,
    candidate: { family: family.name, config },
    seed,
    why: whyOf(run.config, number, accuracy, rng.normal()),
    ...cost,
    metrics: ended === 'finished' ? { accuracy, loss: 2.2 * (1 - accuracy) } : {},
    ...(ended === 'finished' && run.state === 'finished' && number % 3 === 0 && { testAccuracy: accuracy - 0.004 }),
    epochsDone: ended === 'finished' ? run.config.recipe.epochs : 1,
    epochs: run.config.recipe.epochs,
    seconds: 4 + cost.macs / 150_000,
    attempts: 1,
    ...(ended === 'failed' && {
      reason: 'The loss became NaN in epoch 2. Lower the learning rate or lengthen the warm-up.',
    }),
    createdAt: new Date(STARTED + number * 13_000).toISOString(),
    ...(ended === 'finished' && { finishedAt: new Date(STARTED + number * 13_000 + 12_000).toISOString() }),
  };
}

function whyOf(
  { families, strategy, transferFrom, seed }: SearchConfig,
  number: number,
  accuracy: number,
  gap: number,
): Why {
  if (number < families.length) return { source: 'reference' };
  if (strategy.id !== 'trade') return { source: 'random' };
  if (number < families.length + 4) return { source: transferFrom ? 'earlier' : 'initial' };
  const rng = createRng(split(split(seed, 5), number));
  const deviation = 0.006 + 0.02 / Math.sqrt(number);
  return {
    source: 'global',
    predicted: { mean: accuracy + gap * deviation, deviation },
    expectedGain: (2000 * Math.exp(0.6 * rng.normal())) / (number + 1),
    ...(transferFrom && { priorWeight: rng.uniform() < 0.15 ? 0 : 0.5 + 4 / number + 0.05 * rng.normal() }),
  };
}

export function fixtureEpochs(trial: Trial): readonly EpochPoint[] {
  const rng = createRng(split(trial.seed, 99));
  const end = trial.metrics['accuracy'] ?? 0.7;
  return Array.from({ length: trial.epochsDone }, (_, index) => {
    const share = (index + 1) / trial.epochs;
    const accuracy = index + 1 === trial.epochs ? end : end - 0.22 * (1 - share) ** 1.6 + rng.normal() * 0.006;
    return {
      epoch: index + 1,
      trainLoss: 2.6 * (1 - accuracy) + 0.2,
      validationLoss: 2.3 * (1 - accuracy),
      validationAccuracy: accuracy,
      learningRate: 0.0025 * (1 + Math.cos(Math.PI * share)),
      seconds: trial.seconds / trial.epochs,
    };
  });
}

/** Both engines and batch sizes: most passes near the fastest, some far behind it. */
export function fixtureLatencies(trial: Trial): readonly LatencyRow[] {
  if (trial.state !== 'finished') return [];
  const rng = createRng(split(trial.seed, 7));
  const fastest = { onnxruntime: 0.03 + trial.macs / 1.2e7, tfjs: 1.1 + trial.macs / 1e6 };
  return LATENCY_ENGINES.flatMap((engine) =>
    LATENCY_BATCHES.map((batch) => ({
      engine,
      batch,
      version: engine === 'onnxruntime' ? 'onnxruntime-node 1.30.0' : 'tfjs 4.22.0 on tensorflow 2.21.0',
      device: 'cpu (Example)',
      threads: 1,
      warmupPasses: 22,
      timingsMs: new Float32Array(60).map(
        () => fastest[engine] * batch ** 0.8 * (1 + 0.05 * rng.uniform() + (rng.uniform() < 0.1 ? rng.uniform() : 0)),
      ),
      otherLoad: 0.03,
      measuredAt: new Date(STARTED).toISOString(),
    })),
  );
}

/** The trial's own graph. */
export function fixtureGraph(trial: Trial): ArchitectureGraph {
  return graphOf(trial.candidate.family, trial.candidate.config);
}

function graphOf(family: string, config: Trial['candidate']['config']): ArchitectureGraph {
  const found = SPACE.families.find(({ name }) => name === family);
  if (found === undefined) throw new Error(`There is no family ${family}.`);
  return found.build(config);
}

/** Predictions right with probability `accuracy`, else of a neighbour of one kind of clothing. */
export function fixturePredictions(accuracy: number, seed: number, count = 1000): PredictionsView {
  const classes = CLASSES.length;
  const confusions = [
    [2, 4, 6],
    [5, 7, 9],
    [0, 6, 3],
  ];
  const labels = Uint8Array.from({ length: count }, (_, index) => index % classes);
  const probabilities = new Float32Array(count * classes);
  for (const [index, label] of labels.entries()) {
    // Hard images are hard for everyone: the image's own difficulty is shared by all networks.
    const difficulty = createRng(split(7, index)).uniform();
    const rng = createRng(split(seed, index));
    const isRight = 0.75 * difficulty + 0.25 * rng.uniform() < accuracy;
    const family = confusions.find((group) => group.includes(label)) ?? [label, (label + 1) % classes];
    const others = family.filter((other) => other !== label);
    const chosen = isRight ? label : (others[rng.int(others.length)] ?? label);
    const confidence = 0.55 + 0.44 * rng.uniform();
    for (let one = 0; one < classes; one += 1) {
      probabilities[index * classes + one] = one === chosen ? confidence : (1 - confidence) / (classes - 1);
    }
  }
  return { count, classes, probabilities, labels };
}

/** The summary that the host would send of these records. */
export function fixtureSummary({ run, trials }: Pick<FixtureRun, 'run' | 'trials'>, share = 0): RunSummaryView {
  const finished = trials.filter((trial) => trial.state === 'finished');
  const metrics = finished.map(metricsOf);
  const history = hypervolumeHistory(metrics, run.config.objectives, run.config.reference);
  const countOf = (state: TrialState): number => trials.filter((trial) => trial.state === state).length;
  const ended = countOf('finished') + countOf('failed');
  return {
    revision: 0,
    run,
    ...{ tags: [], hasNote: false, frontOnly: false },
    trials: {
      queued: countOf('queued'),
      running: countOf('running'),
      finished: countOf('finished'),
      failed: countOf('failed'),
      resting: countOf('resting'),
      interrupted: countOf('interrupted'),
      stopped: countOf('stopped'),
    },
    score: {
      bestAccuracy:
        finished.length > 0 ? Math.max(...finished.map((trial) => trial.metrics['accuracy'] ?? 0)) : undefined,
      frontSize: paretoFront(metrics, run.config.objectives).length,
      hypervolume: history.at(-1) ?? 0,
      history,
      historyStep: 1,
    },
    live:
      run.state === 'running'
        ? {
            stage:
              `Student ${ended + 1} of ${trainingsOf(run.config)} ` +
              `(${trials.at(-1)?.candidate.family ?? 'resnet'}): epoch 2 of ${run.config.recipe.epochs}`,
            done: ended + share,
            total: trainingsOf(run.config),
            secondsLeft: (trainingsOf(run.config) - ended - share) * 12.4,
          }
        : undefined,
  };
}
