/** The one place that says which mark a compared network has, in every chart of the view and of its
 * report. */
import type { MarkPlace } from '../charts/chart.ts';
import type { Compared } from './compared.ts';

/**
 * By key: the first student's teacher has the teacher's mark; the others are counted in the order
 * they stand in. Without students it is the first teacher.
 */
export function markPlaces(all: readonly Compared[]): ReadonlyMap<string, MarkPlace> {
  const own = all.find(({ student }) => student)?.student?.run.config.teacher;
  const teacher = all.find(({ network: { kind, id } }) => kind === 'teacher' && (own === undefined || id === own));
  const others = all.filter((one) => one !== teacher);
  return new Map(all.map((one) => [one.key, one === teacher ? 'teacher' : others.indexOf(one)]));
}
