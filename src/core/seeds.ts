/** Several trainings of the same student: how good it is, and how much of one figure is its seed's
 * luck. */
import { candidateKey } from './space/candidate-key.ts';
import type { Candidate } from './space/space.ts';
import type { Trial } from './records/trial.ts';

/** Of finite values alone. */
export interface Spread {
  readonly count: number;
  /** NaN of none. */
  readonly mean: number;
  /** Between trainings, with n - 1; NaN of fewer than two. */
  readonly deviation: number;
}

function spreadOf(values: readonly (number | undefined)[]): Spread {
  const finite = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  const count = finite.length;
  const mean = finite.reduce((sum, value) => sum + value, 0) / count;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : NaN };
}

export interface TrainedStudent {
  readonly candidate: Candidate;
  readonly params: number;
  readonly macs: number;
  /** In the order of their numbers. */
  readonly trials: readonly Trial[];
  /** Of the finished ones. */
  readonly accuracy: Spread;
  readonly testAccuracy: Spread;
}

/** Trials by student, in the order of the students' first ones. */
export function studentsOf(trials: readonly Trial[]): readonly TrainedStudent[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = candidateKey(trial.candidate);
    const own = groups.get(key);
    if (own) own.push(trial);
    else groups.set(key, [trial]);
  }
  return [...groups.values()].flatMap((own): readonly TrainedStudent[] => {
    const [first] = own;
    if (!first) return [];
    const finished = own.filter(({ state }) => state === 'finished');
    return [
      {
        ...{ candidate: first.candidate, params: first.params, macs: first.macs, trials: own },
        accuracy: spreadOf(finished.map(({ metrics }) => metrics['accuracy'])),
        testAccuracy: spreadOf(finished.map(({ testAccuracy }) => testAccuracy)),
      },
    ];
  });
}

export const testing = { spreadOf };
