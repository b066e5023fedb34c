/**
 * What searches found beside predefined students (each family's reference, its widths scaled) of
 * the same params.
 *
 * symbol    meaning                                                                        shape
 * P         predefined students: params, and worth (mean test accuracy of fresh trainings)
 * gain(p)   worth of what a front offers within the params of p minus that of p, in points
 * g         mean gain of a search over those p that it offers something for                [seeds]
 */
import type { Search } from '../claim-live/analysis.ts';
import type { Protocol } from '../claim-live/protocol.ts';
import { offerWithin } from '../study/limits.ts';
import { table } from '../study/markdown.ts';
import { meanInterval, meanOf } from '../study/statistics.ts';

/** A training of one: `predefined/KEY/ROUND`. */
export interface PredefinedRow {
  readonly id: string;
  readonly key: string;
  readonly params: number;
  readonly testAccuracy: number;
  readonly seconds: number;
}

export interface Predefined {
  readonly key: string;
  readonly params: number;
  readonly worth: number;
}

/** Those whose fresh trainings are all there. */
export function predefinedOf(
  rows: readonly PredefinedRow[],
  { fixed }: Pick<Protocol, 'fixed'>,
): readonly Predefined[] {
  return [...Map.groupBy(rows, ({ key }) => key)].flatMap(([key, own]) => {
    const [first] = own;
    if (first === undefined || own.length < fixed.fresh) return [];
    return [{ key, params: first.params, worth: meanOf(own.map(({ testAccuracy }) => testAccuracy)) }];
  });
}

/** NaN for a student that the front has nothing so small as. */
export const gainOver = ({ front }: Pick<Search, 'front'>, { params, worth }: Predefined): number =>
  100 * (offerWithin(front, params) - worth);

/** As Markdown: a line a player and reading. */
export function gainsText(searches: readonly Search[], predefined: readonly Predefined[]): string {
  const groups = Map.groupBy(searches, ({ player, count }) => `${player}/${count}`);
  const lines = [...groups].map(([place, own]) => {
    const [player = '', count = ''] = place.split('/');
    const means = own.map((search) => meanOf(known(predefined.map((one) => gainOver(search, one))))).filter(isKnown);
    const byStudent = predefined
      .map((one) => meanOf(known(own.map((search) => gainOver(search, one)))))
      .filter(isKnown);
    const { mean, lower, upper } = meanInterval(means);
    const interval = means.length > 1 ? `${lower.toFixed(2)} to ${upper.toFixed(2)}` : '';
    const beaten = `${byStudent.filter((gain) => gain > 0).length} of ${byStudent.length}`;
    return [player, count, String(means.length), mean.toFixed(2), interval, beaten];
  });
  return table(
    ['search', 'trainings', 'seeds', 'points gained', '95 % over seeds', 'predefined students beaten'],
    lines,
  );
}

const isKnown = (value: number): boolean => Number.isFinite(value);
const known = (values: readonly number[]): readonly number[] => values.filter(isKnown);
