/** Charts of studies of generators, the awkward cases among them. */
import { generatorsChart } from '../../../src/renderer/charts/generators.ts';
import type { DrawnStudy } from '../../../src/renderer/charts/generators.ts';
import type { Theme } from '../../../src/renderer/theme.ts';
import type { GalleryChart } from './gallery-chart.ts';

/** Of two cells each: it falls unevenly, and one generator is worse than those before. */
const study = (name: string, place: number, finished: number): DrawnStudy => ({
  ...{ name, place },
  points: Array.from({ length: finished }, (_, episode) => ({
    cells: 2 * (episode + 1),
    distance: (60 + 8 * place) / (1 + episode / 4) + (episode % 3 === 1 ? 12 : 0),
    score: 2 + episode / 10 + place / 5,
  })),
});

export function generatorCharts(theme: Theme): readonly GalleryChart[] {
  const own = study('fashion-mnist-sac-1', 0, 20);
  const others = [study('by-chance', 1, 30), study('written-whole', 2, 12)];
  const broken = { ...own, points: own.points.map((point, at) => (at < 2 ? { ...point, distance: NaN } : point)) };
  return [
    {
      ...{ name: 'generators', title: 'Three studies of generators' },
      view: generatorsChart({ own, others, total: 60, at: 14 }, theme),
    },
    {
      ...{ name: 'generators-one', title: 'One generator' },
      view: generatorsChart({ own: study('new', 0, 1), others: [], total: 60, at: 2 }, theme),
    },
    {
      ...{ name: 'generators-none', title: 'Before the first generator' },
      view: generatorsChart({ own: study('new', 0, 0), others: [], total: 60 }, theme),
    },
    {
      ...{ name: 'generators-nan', title: 'Distances not finite' },
      view: generatorsChart({ own: broken, others: [], total: 40 }, theme),
    },
  ];
}
