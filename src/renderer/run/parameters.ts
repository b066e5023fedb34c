/** The dimensions of students as axes: those of one family, or those that all families of a run
 * share. */
import type { FamilyView } from '../../bridge/schemas/records.ts';
import { varianceShare } from '../../core/math/variance-share.ts';
import type { Level } from '../../core/space/space.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { TrialMetric } from '../trial-metrics.ts';
import { METRIC_SPECS } from '../trial-metrics.ts';

/** Its levels stand in the order of the axis. */
export type Dimension = FamilyView['dimensions'][number];

/** Stands for the family itself, where students of several are shown. */
export const FAMILY_DIMENSION = 'family';

/** A share of the variance from fewer students is no more than chance. */
export const FEWEST_STUDENTS = 20;

export const levelOf = ({ candidate }: Trial, dimension: string): Level | undefined =>
  dimension === FAMILY_DIMENSION ? candidate.family : candidate.config[dimension];

/** Of one family its own; of several the family, and what every one of them has, with all their
 * levels. */
export function dimensionsOf(families: readonly Pick<FamilyView, 'name' | 'dimensions'>[]): readonly Dimension[] {
  const [first, ...rest] = families;
  if (first === undefined) return [];
  if (rest.length === 0) return first.dimensions;
  const shared = first.dimensions.flatMap(({ name }): readonly Dimension[] => {
    const found = families.map(({ dimensions }) => dimensions.find((one) => one.name === name));
    const all = found.filter((one) => one !== undefined);
    if (all.length < families.length) return [];
    const titles = [...new Set(all.map(({ title }) => title))];
    return [{ name, title: titles.join(' / '), levels: sortedLevels(all.flatMap(({ levels }) => levels)) }];
  });
  return [{ name: FAMILY_DIMENSION, title: 'Family', levels: families.map(({ name }) => name) }, ...shared];
}

/** Families with the levels that a run on a wide space recorded. */
export const wideFamilies = (
  names: readonly string[],
  levels: Readonly<Record<string, Readonly<Record<string, readonly Level[]>>>>,
  { familyTitle, dimensionTitle }: Titles,
): readonly Pick<FamilyView, 'name' | 'title' | 'dimensions'>[] =>
  names.map((family) => ({
    ...{ name: family, title: familyTitle(family) },
    dimensions: Object.entries(levels[family] ?? {}).map(([name, own]) => {
      return { name, title: dimensionTitle(family, name), levels: own };
    }),
  }));

/** Of which most students have finished; empty while there is none. */
export function largestFamily(trials: readonly Trial[]): string {
  const counts = new Map<string, number>();
  for (const { state, candidate } of trials)
    if (state === 'finished') counts.set(candidate.family, (counts.get(candidate.family) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0])[0];
}

interface Titles {
  readonly familyTitle: (family: string) => string;
  readonly dimensionTitle: (family: string, dimension: string) => string;
}

function sortedLevels(levels: readonly Level[]): readonly Level[] {
  const different = [...new Set(levels)];
  const areNumbers = different.every((level) => typeof level === 'number');
  return areNumbers ? different.sort((left, right) => Number(left) - Number(right)) : different;
}

export interface Importance {
  readonly name: string;
  readonly title: string;
  /** Share of the metric's variance, [0, 1]; NaN where the students tell nothing of it. */
  readonly share: number;
  /** Different levels among the students, and students counted. */
  readonly levels: number;
  readonly students: number;
}

const ranked = ({ share }: Importance): number => (Number.isNaN(share) ? -1 : share);

/** The most telling first; those of which nothing can be told last. */
export function importanceOf(
  trials: readonly Trial[],
  dimensions: readonly Dimension[],
  metric: TrialMetric,
): readonly Importance[] {
  const measured = trials.filter((trial) => Number.isFinite(METRIC_SPECS[metric].value(trial)));
  return dimensions
    .map(({ name, title }) => {
      const having = measured.filter((trial) => levelOf(trial, name) !== undefined);
      const levels = having.map((trial) => levelOf(trial, name));
      const values = having.map(METRIC_SPECS[metric].value);
      const share = having.length < FEWEST_STUDENTS ? NaN : varianceShare(values, levels);
      return { name, title, share, levels: new Set(levels).size, students: having.length };
    })
    .sort((left, right) => (ranked(left) < ranked(right) ? 1 : -1));
}
