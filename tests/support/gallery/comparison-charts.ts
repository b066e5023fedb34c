/** Charts of the Compare view and of data sets from made-up networks. */
import type { PredictionsView } from '../../../src/bridge/schemas/records.ts';
import { DATA_KINDS } from '../../../src/core/data-kinds.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { classBalanceChart } from '../../../src/renderer/charts/class-balance.ts';
import { latencyCompareChart } from '../../../src/renderer/charts/latency.ts';
import { comparedCalibration, comparedClasses, comparedRocs } from '../../../src/renderer/compare/comparison-charts.ts';
import type { Theme } from '../../../src/renderer/theme.ts';
import { fixtureDataset, fixtureLatencies, fixturePredictions, fixtureRun } from './fixtures.ts';
import type { GalleryChart } from './gallery-chart.ts';

const NETWORKS = [
  { key: 'teacher', title: 'Teacher', accuracy: 0.94 },
  { key: 'a', title: '#1 ResNet', accuracy: 0.88 },
  { key: 'b', title: '#7 MobileNetV2', accuracy: 0.81 },
] as const;

const ANSWERS = DATA_KINDS.sequence.noun;

/** Of networks on two classes whose means are so many deviations apart. */
export function twoClasses(apart: number, seed: number, count = 300): PredictionsView {
  const rng = createRng(seed);
  // The labels are the same for all.
  const labels = Uint8Array.from({ length: count }, (_, example) => (example % 3 === 0 ? 0 : 1));
  const probabilities = new Float32Array(2 * count);
  labels.forEach((label, example) => {
    const said = 1 / (1 + Math.exp(-(rng.normal() + apart * (label - 0.5))));
    probabilities.set([1 - said, said], 2 * example);
  });
  return { count, classes: 2, probabilities, labels };
}

export function comparisonCharts(theme: Theme): readonly GalleryChart[] {
  const { classes } = fixtureDataset;
  const reviewed = NETWORKS.map(({ key, title, accuracy }, index) => ({
    ...{ key, title, place: index === 0 ? ('teacher' as const) : index - 1 },
    view: fixturePredictions(accuracy, index + 3),
  }));
  const answered = NETWORKS.map(({ key, title, accuracy }, index) => ({
    ...{ key, title, place: index === 0 ? ('teacher' as const) : index - 1 },
    view: twoClasses(3 * accuracy - 1.8, index + 3),
  }));
  const { trials } = fixtureRun({ id: 'compared', name: 'C', state: 'finished', budget: 4, done: 4, seed: 2 });
  const timed = trials.slice(0, 3).flatMap((trial, place) => {
    const [measured] = fixtureLatencies(trial);
    return measured ? [{ key: trial.id, title: `#${place + 1}`, place, measured }] : [];
  });
  const even = (count: number): readonly number[] => classes.map(() => count);
  const balance = { train: even(1000), validation: even(500), test: even(1000) };
  const uneven = { ...balance, train: classes.map((_, label) => 40 * (label + 1)), test: even(0) };
  return [
    { name: 'class-balance', title: 'Images of each class', view: classBalanceChart(balance, classes, theme) },
    { name: 'class-balance-uneven', title: 'Uneven classes', view: classBalanceChart(uneven, classes, theme) },
    { name: 'per-class', title: 'Recognised by class', view: comparedClasses(reviewed, classes, theme) },
    { name: 'per-class-none', title: 'Recognised by class, nothing read', view: comparedClasses([], classes, theme) },
    { name: 'reliability', title: 'Calibration', view: comparedCalibration(reviewed, theme) },
    { name: 'reliability-none', title: 'Calibration, nothing read', view: comparedCalibration([], theme) },
    { name: 'roc', title: 'ROC curves', view: comparedRocs(answered, ['wrong', 'right'], theme, ANSWERS) },
    { name: 'roc-none', title: 'ROC curves, nothing read', view: comparedRocs([], ['wrong', 'right'], theme) },
    { name: 'latency-compare', title: 'Latencies compared', view: latencyCompareChart(timed, theme) },
    { name: 'latency-compare-none', title: 'No latency compared', view: latencyCompareChart([], theme) },
  ];
}
