/** Charts of the Compare view from made-up networks. */
import { latencyCompareChart } from '../charts/latency-compare.ts';
import { comparedCalibration, comparedClasses } from '../compare/comparison-charts.ts';
import type { Theme } from '../theme.ts';
import { fixtureDataset, fixtureLatencies, fixturePredictions, fixtureRun } from './fixtures.ts';
import type { GalleryChart } from './gallery-charts.ts';

const NETWORKS = [
  { key: 'teacher', title: 'Teacher', accuracy: 0.94 },
  { key: 'a', title: '#1 ResNet', accuracy: 0.88 },
  { key: 'b', title: '#7 MobileNetV2', accuracy: 0.81 },
] as const;

export function comparisonCharts(theme: Theme): readonly GalleryChart[] {
  const { classes } = fixtureDataset;
  const reviewed = NETWORKS.map(({ key, title, accuracy }, place) => ({
    ...{ key, title, place },
    view: fixturePredictions(accuracy, place + 3),
  }));
  const { trials } = fixtureRun({ id: 'compared', name: 'C', state: 'finished', budget: 4, done: 4, seed: 2 });
  const timed = trials.slice(0, 3).flatMap((trial, place) => {
    const [measured] = fixtureLatencies(trial);
    return measured ? [{ key: trial.id, title: `#${place + 1}`, place, measured }] : [];
  });
  return [
    { name: 'per-class', title: 'Recognised by class', view: comparedClasses(reviewed, classes, theme) },
    { name: 'per-class-none', title: 'Recognised by class, nothing read', view: comparedClasses([], classes, theme) },
    { name: 'reliability', title: 'Calibration', view: comparedCalibration(reviewed, theme) },
    { name: 'reliability-none', title: 'Calibration, nothing read', view: comparedCalibration([], theme) },
    { name: 'latency-compare', title: 'Latencies compared', view: latencyCompareChart(timed, theme) },
    { name: 'latency-compare-none', title: 'No latency compared', view: latencyCompareChart([], theme) },
  ];
}
