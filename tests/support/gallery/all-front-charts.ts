/** The front over many runs with made-up ones: with a teacher and a picked student, by MACs, of one
 * run, of none. */
import { allFrontChart, frontIndices } from '../../../src/renderer/charts/front/all-front.ts';
import type { AllFrontInput } from '../../../src/renderer/charts/front/all-front.ts';
import type { Theme } from '../../../src/renderer/theme.ts';
import { fixtureFrontPoints } from './front-fixtures.ts';
import { fixtureFamilies, fixtureRun, fixtureTeacher } from './fixtures.ts';
import type { GalleryChart } from './gallery-chart.ts';

const titles = {
  familyTitle: (name: string): string => fixtureFamilies.find((family) => family.name === name)?.title ?? name,
  dimensionTitle: (_family: string, dimension: string): string => dimension,
};

export function allFrontCharts(theme: Theme): readonly GalleryChart[] {
  const runs = [2, 3, 4].map((seed) =>
    fixtureRun({ id: `all-${seed}`, name: `Run ${seed}`, state: 'finished', budget: 60, done: 60, seed }),
  );
  const all = fixtureFrontPoints(runs);
  const chart = (name: string, title: string, input: Omit<AllFrontInput, 'titles'>): GalleryChart => ({
    ...{ name, title },
    view: allFrontChart({ ...input, titles }, frontIndices(input.points, input.cost), theme),
  });
  const teacher = { ...fixtureTeacher, accuracy: fixtureTeacher.validationAccuracy };
  return [
    chart('all-front', 'Front of all runs', {
      ...{ points: all, cost: 'params', teacher, selected: all.ids[10], pinned: all.ids.slice(11, 13) },
    }),
    chart('all-front-macs', 'Front of all runs by MACs', { points: all, cost: 'macs' }),
    chart('all-front-none', 'Front of all runs without students', { points: fixtureFrontPoints([]), cost: 'params' }),
  ];
}
