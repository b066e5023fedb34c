/** Is the mean over a student and its neighbours the better predictor of another seed's test than
 * the student's own accuracy? */
import { configurationKey } from '../../../src/core/space/candidate-key.ts';
import { adjacentExchange } from '../../../src/core/space/neighbours.ts';
import type { Configuration } from '../../../src/core/space/space.ts';
import { createTableProblem } from '../../../src/core/strategies/replay.ts';
import { meanOf } from '../statistics.ts';
import { compareTaus } from '../tau.ts';
import type { TauComparison } from '../tau.ts';
import { withRepresentative } from './play.ts';
import type { Direction, StudySpace } from './spaces.ts';

export interface NeighbourTaus extends TauComparison {
  readonly students: number;
  /** Mean number of them. */
  readonly neighbours: number;
  /** Root mean square of what a student's own value is from the mean of its neighbours, in
   * points. */
  readonly apart: number;
  /** Standard deviation of a training with another seed, in points; absent where none is
   * recorded. */
  readonly noise?: number;
}

/** `values` `[n]`; 0 of none. */
const rootMeanSquare = (values: readonly number[]): number =>
  values.length === 0 ? 0 : Math.sqrt(meanOf(values.map((value) => value ** 2)));

/** Of all students of the space; one without a neighbour counts by itself. */
export function neighbourTaus(space: StudySpace, { told, score, again }: Direction): NeighbourTaus {
  const { problem } = createTableProblem(space.table, { seed: 1, budget: 1 });
  const [family] = withRepresentative(problem, space).space.families;
  const [recorded] = space.table.families;
  if (!family || !recorded) throw new RangeError(`${space.name} has no family`);
  const students = recorded.rows.map(({ levels, metrics }) => {
    const config: Configuration = Object.fromEntries(recorded.parameters.map(({ name }, i) => [name, levels[i] ?? '']));
    const other = again === undefined ? NaN : (metrics[again] ?? NaN);
    return { config, told: metrics[told] ?? NaN, score: metrics[score] ?? NaN, again: other };
  });
  const byKey = new Map(students.map((one) => [configurationKey(one.config), one.told]));
  const near = students.map(({ config }) =>
    adjacentExchange(family, config).flatMap((one) => byKey.get(configurationKey(one)) ?? []),
  );
  const own = students.map((one) => one.told);
  const means = own.map((value, i) => meanOf([value, ...(near[i] ?? [])]));
  const apart = own.flatMap((value, i) => (near[i]?.length ? [value - meanOf(near[i])] : []));
  // Two trainings differ by the deviations of both.
  const luck = students.map((one) => (one.told - one.again) / Math.SQRT2);
  return {
    apart: inPoints(space, rootMeanSquare(apart)),
    ...(again !== undefined && { noise: inPoints(space, rootMeanSquare(luck)) }),
    students: students.length,
    neighbours: Number(meanOf(near.map(({ length }) => length)).toFixed(2)),
    ...compareTaus(
      own,
      means,
      students.map((one) => one.score),
    ),
  };
}

const inPoints = ({ points }: StudySpace, value: number): number => Number((points * value).toFixed(3));
