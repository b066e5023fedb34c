/** One network, one mark: in every chart of the Compare view, and in its report, which draws the
 * same. */
import { beforeEach, expect, test } from 'vitest';
import { effectScope } from 'vue';
import { installClient } from '../../src/renderer/api.ts';
import type { ChartView } from '../../src/renderer/charts/chart.ts';
import { chartColors } from '../../src/renderer/charts/chart.ts';
import { latencyCompareChart } from '../../src/renderer/charts/latency.ts';
import { comparedCalibration, comparedClasses, comparedCurves } from '../../src/renderer/compare/comparison-charts.ts';
import type { Compared, Marked } from '../../src/renderer/compare/compared.ts';
import { comparedStudent, comparedTeacher, markedNetworks } from '../../src/renderer/compare/compared.ts';
import { useReviewed } from '../../src/renderer/compare/use-reviewed.ts';
import {
  fixtureDataset,
  fixtureEpochs,
  fixtureGraph,
  fixtureLatencies,
  fixturePredictions,
  fixtureRun,
  fixtureTeacher,
} from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';

const { run, trials } = fixtureRun({ id: 'r', name: 'R', state: 'finished', budget: 12, done: 12, seed: 2 });
const students = trials
  .filter(({ state }) => state === 'finished')
  .slice(0, 3)
  .map((trial) =>
    comparedStudent(
      { trial, run, graph: fixtureGraph(trial), epochs: fixtureEpochs(trial), checkpoints: [] },
      { kind: 'student', id: trial.id },
      trial.candidate.family,
    ),
  );
const teacher = comparedTeacher(fixtureTeacher);
const stranger = { ...comparedTeacher({ ...fixtureTeacher, name: 'another' }), title: 'Teacher Another' };

beforeEach(() => {
  const { client } = mockHost('empty');
  installClient({ ...client, review: { ...client.review, predictions: async () => fixturePredictions(0.85, 1) } });
});

/** By title, the colours that a chart gives its series. */
function coloursOf({ option }: ChartView): ReadonlyMap<string, unknown> {
  const series = [option.series ?? []].flat();
  return new Map(series.map(({ name, color }) => [String(name), color]));
}

/** Each pinned in turn. */
const pinned = (all: readonly Compared[]): readonly Marked[] =>
  markedNetworks(all.map((one, slot) => ({ ...one, slot })));

async function reviewedOf(all: readonly Marked[]) {
  const scope = effectScope();
  const used = scope.run(() => useReviewed(() => all))!; // an open scope runs
  await expect.poll(() => used.reviewed.value.length).toBe(all.length);
  const reviewed = used.reviewed.value;
  scope.stop();
  return reviewed;
}

const cases: readonly (readonly [string, readonly Compared[]])[] = [
  ['the teacher first, as the baseline', [teacher, ...students]],
  ['the teacher pinned last', [...students, teacher]],
  ['no teacher', students],
  ['a teacher of other students between', [...students.slice(0, 1), stranger, ...students.slice(1), teacher]],
];

test.each(cases)('a network has one colour in all charts, and no other has it: %s', async (_case, pins) => {
  const all = pinned(pins);
  const theme = 'light';
  const classes = coloursOf(comparedClasses(await reviewedOf(all), fixtureDataset.classes, theme));
  const calibration = coloursOf(comparedCalibration(await reviewedOf(all), theme));
  const curves = coloursOf(comparedCurves(all, teacher, theme));
  const timed = all.flatMap(({ key, title, place, student }) => {
    const [measured] = student ? fixtureLatencies(student.trial) : [];
    return measured ? [{ key, title, place, measured }] : [];
  });
  const latencies = coloursOf(latencyCompareChart(timed, theme));
  for (const { title, student } of all) {
    expect(calibration.get(title)).toBe(classes.get(title));
    if (!student) continue;
    expect(curves.get(title)).toBe(classes.get(title));
    expect(latencies.get(title)).toBe(classes.get(title));
  }
  expect(new Set(classes.values()).size).toBe(new Set(all.map(({ title }) => title)).size);
});

test('the teacher has the colour of its line among the curves', async () => {
  const classes = coloursOf(
    comparedClasses(await reviewedOf(pinned([teacher, ...students])), fixtureDataset.classes, 'dark'),
  );
  expect(classes.get('Teacher')).toBe(chartColors('dark').teacher);
});

test('a student at two of its epochs is one curve, in the colour of the first of them', () => {
  const [student] = students;
  if (student === undefined) throw new Error('There is a student.');
  const best = { ...student, key: `${student.key}@best`, title: `${student.title}, epoch 2` };
  const all = pinned([teacher, student, best]);
  const curves = coloursOf(comparedCurves(all, teacher, 'light'));
  expect([...curves.keys()]).toEqual([student.title]);
  expect(all.map(({ place }) => place)).toEqual(['teacher', 1, 2]);
});
