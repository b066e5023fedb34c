/** Charts of a one-shot search, the awkward cases among them. */
import { pathSharesChart } from '../../../src/renderer/charts/path-shares.ts';
import { searchCourseChart } from '../../../src/renderer/charts/search-course.ts';
import type { Theme } from '../../../src/renderer/theme.ts';
import type { GalleryChart } from './gallery-chart.ts';
import { fixtureSearch } from './search-fixtures.ts';

export function searchCharts(theme: Theme): readonly GalleryChart[] {
  const [whole, begun] = [fixtureSearch(), fixtureSearch(1, 'open')];
  const none = fixtureSearch(0, 'open');
  const broken = whole.mixed.map((one) => ({ ...one, loss: NaN, shares: one.shares.map(() => NaN) }));
  const free = { mixed: whole.mixed, epochs: whole.epochs, epoch: 12 };
  return [
    { name: 'path-shares', title: 'What each path counts', view: pathSharesChart({ ...whole, epoch: 12 }, theme) },
    { name: 'path-shares-one', title: 'After one epoch', view: pathSharesChart(begun, theme) },
    { name: 'path-shares-none', title: 'Before the first epoch', view: pathSharesChart(none, theme) },
    { name: 'path-shares-nan', title: 'Paths not finite', view: pathSharesChart({ ...whole, mixed: broken }, theme) },
    { name: 'search-course', title: 'Course of a search', view: searchCourseChart(whole, theme) },
    { name: 'search-course-free', title: 'Course without limits', view: searchCourseChart(free, theme) },
    { name: 'search-course-none', title: 'Before the first epoch', view: searchCourseChart(none, theme) },
  ];
}
