/** Every chart with the fixtures it is shown and tested with, the awkward cases among them. */
import type { PreviewView } from '../../../src/bridge/schemas/records.ts';
import { medianMs } from '../../../src/core/latency.ts';
import type { Trial } from '../../../src/core/records/trial.ts';
import { allocationChart } from '../../../src/renderer/charts/allocation.ts';
import { anytimeChart } from '../../../src/renderer/charts/anytime.ts';
import type { AnytimeInput } from '../../../src/renderer/charts/anytime.ts';
import type { ChartView } from '../../../src/renderer/charts/chart.ts';
import { curvesChart } from '../../../src/renderer/charts/curves.ts';
import type { FrontInput } from '../../../src/renderer/charts/front/input.ts';
import { frontChart } from '../../../src/renderer/charts/front/front.ts';
import { importanceChart } from '../../../src/renderer/charts/importance.ts';
import { latencyChart } from '../../../src/renderer/charts/latency.ts';
import { parallelChart } from '../../../src/renderer/charts/parallel.ts';
import { predictionsChart } from '../../../src/renderer/charts/predictions.ts';
import { priorWeightChart } from '../../../src/renderer/charts/prior-weight.ts';
import { regionsChart } from '../../../src/renderer/charts/regions.ts';
import { seedsChart } from '../../../src/renderer/charts/seeds.ts';
import { histogramChart } from '../../../src/renderer/charts/histogram.ts';
import { hypervolumeChart } from '../../../src/renderer/charts/hypervolume.ts';
import { hypervolumeInput } from '../../../src/renderer/run/front/hypervolume-input.ts';
import { dimensionsOf, importanceOf } from '../../../src/renderer/run/parameters.ts';
import { referenceBox } from '../../../src/renderer/hypervolume-share.ts';
import type { Measure } from '../../../src/renderer/strategies/replay-figures.ts';
import { goalOf, scoreText, strategyCurves } from '../../../src/renderer/strategies/replay-figures.ts';
import type { Theme } from '../../../src/renderer/theme.ts';
import { trialTitle } from '../../../src/renderer/words.ts';
import { allFrontCharts } from './all-front-charts.ts';
import { comparisonCharts } from './comparison-charts.ts';
import { fixtureExplanation } from './explain-fixtures.ts';
import {
  fixtureEpochs,
  fixtureFamilies,
  fixtureLatencies,
  fixtureRun,
  fixtureStrategies,
  fixtureSummary,
  fixtureTeacher,
} from './fixtures.ts';
import { fixtureReplay, MANY_STRATEGIES } from './replay-fixtures.ts';
import type { GalleryChart } from './gallery-chart.ts';
import { generatorCharts } from './generator-charts.ts';
import { searchCharts } from './search-charts.ts';
import { seededStudents } from './seeds-fixtures.ts';

const familyOf = (name: string) => fixtureFamilies.find((family) => family.name === name);
const familyTitle = (name: string): string => familyOf(name)?.title ?? name;
const dimensionTitle = (family: string, dimension: string): string =>
  familyOf(family)?.dimensions.find(({ name }) => name === dimension)?.title ?? dimension;
const teacher = { ...fixtureTeacher, accuracy: fixtureTeacher.validationAccuracy };
const limits = [{ metric: 'macs', max: 1_500_000 }];

/** Of trainings of `each`, and of a short one before every third of them. */
const spent = (history: readonly number[], each: number): readonly number[] =>
  history.map((_value, index) => (index + 1) * each + Math.floor(index / 3) * (each / 4));

export function galleryCharts(theme: Theme): readonly GalleryChart[] {
  const records = fixtureRun({
    id: 'gallery',
    name: 'Gallery',
    state: 'finished',
    budget: 60,
    done: 60,
    seed: 2,
    epochs: 12,
  });
  const { trials, run } = records;
  const front = (
    title: string,
    name: string,
    shown: readonly Trial[],
    x: FrontInput['x'],
    withTeacher = true,
    look: Partial<FrontInput> = {},
  ): GalleryChart => ({
    name,
    title,
    view: frontChart(
      {
        trials: shown,
        ...{ x, y: 'accuracy' },
        limits,
        titles: { familyTitle, dimensionTitle },
        selected: shown[6]?.id,
        pinned: shown.slice(2, 4).map(({ id }) => id),
        ...(withTeacher && { teacher }),
        ...look,
      },
      theme,
    ),
  });
  const [first] = trials as readonly [Trial, ...Trial[]]; // sixty of them
  const timed = trials.map((trial) => ({
    ...trial,
    metrics: { ...trial.metrics, latencyMs: medianMs(fixtureLatencies(trial)[0]?.timingsMs ?? []) },
  }));
  const curves = trials
    .filter((trial) => trial.state === 'finished')
    .slice(0, 4)
    .map((trial) => ({ id: trial.id, title: trialTitle(trial), points: fixtureEpochs(trial) }));
  const long = trials
    .filter((trial) => trial.state === 'finished')
    .slice(0, 4)
    .map((trial) => ({
      ...{ id: trial.id, title: trialTitle(trial) },
      points: fixtureEpochs({ ...trial, epochs: 40, epochsDone: 40 }),
    }));
  const broken = curves.map((curve) => ({
    ...curve,
    points: curve.points.map((point) => (point.epoch === 5 ? { ...point, validationAccuracy: NaN } : point)),
  }));
  const allocation = { families: run.config.families, budget: 60, familyTitle };
  const seeded = seededStudents(trials, ({ candidate }) => familyTitle(candidate.family));
  const equal = trials
    .slice(0, 3)
    .map((trial) => ({ ...trial, state: 'finished' as const, params: 10_000, metrics: { accuracy: 0.8 } }));
  const endless = trials.slice(0, 5).map((trial, at) => (at === 1 ? { ...trial, metrics: { accuracy: NaN } } : trial));
  const others = [3, 4].map((seed, index) => {
    const other = {
      id: `other-${seed}`,
      name: `Other run ${seed}`,
      state: 'finished' as const,
      budget: 24,
      done: 24,
      seed,
    };
    return { id: other.id, name: other.name, trials: fixtureRun(other).trials, place: 9 + index };
  });
  const volume = { history: fixtureSummary(records).score.history, step: 1, total: 60, unit: 'accuracy × parameters' };
  return [
    front('Front against parameters', 'front-params', trials, 'params'),
    front('Front against MACs', 'front-macs', trials, 'macs'),
    front('Front against latency', 'front-latency', timed, 'latencyMs'),
    front('Latency by size, coloured by accuracy', 'front-colour', timed, 'params', true, {
      ...{ y: 'latencyMs', colour: 'accuracy', isLogY: false },
    }),
    front('Front after twelve students, others dimmed', 'front-earlier', trials, 'params', true, {
      ...{ after: 12, brushed: new Set(trials.slice(4, 10).map(({ id }) => id)) },
    }),
    front('Fronts of three runs', 'front-others', trials, 'params', true, { others }),
    front('Front of one student', 'front-one', trials.slice(0, 1), 'params', false),
    front('Front of equal students', 'front-equal', equal, 'params', false),
    front('Front with a NaN', 'front-nan', endless, 'params'),
    front('Front without students', 'front-none', [], 'params'),
    ...allFrontCharts(theme),
    {
      name: 'curves',
      title: 'Curves, smoothed',
      view: curvesChart({ curves: long, metric: 'validationAccuracy', smoothing: 0.6, teacherAccuracy: 0.939 }, theme),
    },
    {
      name: 'curves-gap',
      title: 'Curves with a NaN',
      view: curvesChart({ curves: broken, metric: 'validationAccuracy', smoothing: 0 }, theme),
    },
    {
      name: 'curves-loss',
      title: 'Training loss',
      view: curvesChart({ curves: curves.slice(0, 2), metric: 'trainLoss', smoothing: 0 }, theme),
    },
    {
      name: 'hypervolume',
      title: 'Hypervolume',
      view: hypervolumeChart({ ...volume, box: referenceBox(run.config) }, theme),
    },
    {
      name: 'hypervolume-runs',
      title: 'Hypervolume of three runs',
      view: hypervolumeChart({ ...hypervolumeInput(fixtureSummary(records), others), after: 12, isSmall: true }, theme),
    },
    {
      name: 'hypervolume-epochs',
      title: 'Hypervolume over epochs',
      view: hypervolumeChart({ ...volume, over: 'epochs', total: 480, places: spent(volume.history, 8) }, theme),
    },
    {
      name: 'hypervolume-seconds',
      title: 'Hypervolume over seconds',
      view: hypervolumeChart({ ...volume, over: 'seconds', total: 0, places: spent(volume.history, 61) }, theme),
    },
    { name: 'hypervolume-plain', title: 'Hypervolume without a box', view: hypervolumeChart(volume, theme) },
    { name: 'allocation', title: 'Families over the search', view: allocationChart({ trials, ...allocation }, theme) },
    ...explained(theme),
    ...parameters(theme),
    ...comparisonCharts(theme),
    ...searchCharts(theme),
    ...generatorCharts(theme),
    { name: 'seeds', title: 'Students over their seeds', view: seedsChart(seeded, theme) },
    { name: 'seeds-none', title: 'No training has finished', view: seedsChart([], theme) },
    { name: 'histogram', title: 'Students by size', view: histogramChart(BINS, theme) },
    { name: 'latency', title: 'Latency of a student', view: latencyChart(fixtureLatencies(first), theme) },
    { name: 'latency-none', title: 'Latency, not measured', view: latencyChart([], theme) },
    { name: 'histogram-none', title: 'No student fits', view: histogramChart([], theme) },
    {
      name: 'anytime',
      title: 'Strategies compared',
      view: anytimeChart({ ...anytimeInput(), threshold: 0.9 }, theme),
    },
    {
      name: 'anytime-gap',
      title: 'Strategies compared by what is missing',
      view: anytimeChart({ ...anytimeInput(), isGap: true, title: 'Hypervolume still missing (log scale)' }, theme),
    },
    {
      name: 'anytime-many',
      title: 'Ten strategies compared',
      view: anytimeChart(anytimeInput({ strategies: MANY_STRATEGIES, seeds: 5 }), theme),
    },
    {
      name: 'anytime-one',
      title: 'One strategy and seed, whose first value is none',
      view: anytimeChart(
        {
          ...anytimeInput({}, 'best'),
          series: [{ title: 'TRADE', place: 0, curves: [[NaN, 88.2, 88.2, 91]] }],
          budget: 6,
        },
        theme,
      ),
    },
    {
      name: 'anytime-none',
      title: 'Nothing played yet',
      view: anytimeChart({ ...anytimeInput(), series: [{ title: 'TRADE', place: 0, curves: [] }] }, theme),
    },
  ];
}

/** What the view would draw of a made-up replay. */
function anytimeInput(
  change: Parameters<typeof fixtureReplay>[0] = {},
  measure: Measure = 'hypervolume',
): AnytimeInput {
  const replay = fixtureReplay(change);
  return {
    series: strategyCurves(replay, measure).map(({ strategy, curves }, place) => ({
      title: fixtureStrategies.find(({ id }) => id === strategy)?.title ?? strategy,
      ...{ place, curves },
    })),
    goal: goalOf(replay.summary, measure),
    title: measure === 'hypervolume' ? 'Share of the hypervolume' : 'Best accuracy',
    text: (value) => scoreText(value, measure),
    ...(measure === 'hypervolume' && { limit: 1 }),
    budget: replay.summary.budget,
  };
}

/** Of a search that learns from another. */
function explained(theme: Theme): readonly GalleryChart[] {
  const options = { id: 'explained', name: 'Explained', state: 'finished', budget: 40, done: 40, seed: 5 } as const;
  const records = fixtureRun({ ...options, learnsFrom: ['gallery'] });
  const { trials } = records;
  const { regions, predictions } = fixtureExplanation(records);
  const common = { trials, budget: 40, familyTitle };
  const predicted = { budget: 40, familyTitle, idOf: (trial: number) => trials[trial]?.id };
  return [
    { name: 'regions', title: 'Trust regions', view: regionsChart({ ...common, moments: regions }, theme) },
    { name: 'regions-none', title: 'No region yet', view: regionsChart({ ...common, moments: [] }, theme) },
    {
      name: 'predictions',
      title: 'Predicted and reached',
      view: predictionsChart({ ...predicted, predictions }, theme),
    },
    {
      name: 'predictions-none',
      title: 'Nothing predicted yet',
      view: predictionsChart({ ...predicted, predictions: [] }, theme),
    },
    { name: 'prior-weight', title: 'Weight of earlier results', view: priorWeightChart(common, theme) },
  ];
}

function parameters(theme: Theme): readonly GalleryChart[] {
  const { run, trials } = fixtureRun({ id: 'parameters', name: 'P', state: 'finished', budget: 60, done: 60, seed: 2 });
  const titles = { familyTitle, dimensionTitle };
  const view = (families: readonly string[], brushed: ReadonlySet<string>): ChartView =>
    parallelChart(
      {
        trials: trials.filter(({ candidate, state }) => state === 'finished' && families.includes(candidate.family)),
        dimensions: dimensionsOf(fixtureFamilies.filter(({ name }) => families.includes(name))),
        ...{ metrics: ['params', 'macs', 'accuracy'], colour: 'accuracy', titles, brushed, selected: trials[5]?.id },
      },
      theme,
    );
  const importance = importanceOf(trials, dimensionsOf(fixtureFamilies.slice(0, 1)), 'accuracy');
  const some = new Set(trials.slice(8, 20).map(({ id }) => id));
  return [
    { name: 'parallel', title: 'Parameters of ResNets', view: view(['resnet'], new Set()) },
    { name: 'parallel-all', title: 'Parameters that all families share', view: view(run.config.families, some) },
    { name: 'parallel-none', title: 'Parameters of no student', view: view([], new Set()) },
    { name: 'importance', title: 'Importance of parameters', view: importanceChart(importance, 'accuracy', theme) },
    { name: 'importance-none', title: 'Importance, too few students', view: importanceChart([], 'accuracy', theme) },
  ];
}

const BINS: PreviewView['histogram'] = [3, 3.5, 4, 4.5, 5, 5.5].map((from, index) => ({
  from,
  to: from + 0.5,
  count: [4, 31, 120, 260, 190, 22][index] ?? 0,
}));
