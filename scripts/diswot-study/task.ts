/** A recorded task with its students' scores. */
import { canonicalise } from '../../src/core/space/lattice.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import type { Metrics } from '../../src/core/objective.ts';
import type { Candidate } from '../../src/core/space/space.ts';
import { createTableProblem } from '../../src/core/strategies/replay.ts';
import type { RecordedTable } from '../../src/core/strategies/recorded-table.ts';
import type { FamilyOf } from '../record-table/students.ts';
import { readRecord } from '../study/record.ts';
import type { Scored } from './ranks.ts';
import type { Score } from './score.ts';

export interface TaskStudent extends Scored {
  /** Levels as the table has them. */
  readonly candidate: Candidate;
  readonly metrics: Metrics;
}

/** The proxy that is played and predicted with: of all, the one that ranks best. */
export const BEST = 'relation, untrained teacher';
export const SHORT = 'two epochs on a schedule of their own';

export interface Task {
  readonly table: RecordedTable;
  readonly students: readonly TaskStudent[];
}

/** Of the students whose two trainings came to an end. Short trainings are no part of its games. */
export function openTask({ legs: _, epochs: __, ...table }: RecordedTable, familyOf: FamilyOf, file: string): Task {
  const scores = new Map(readRecord<Score>(file).map((score) => [score.id, score]));
  const { problem, rows } = createTableProblem(table, { seed: 1, budget: 1 });
  const students = problem.space.families.flatMap(({ name: family, pool = [] }) =>
    pool.flatMap((written): readonly TaskStudent[] => {
      const { metrics = {} } = rows.get(candidateKey({ family, config: written })) ?? {};
      const config = canonicalise(familyOf(family), written);
      const score = scores.get(candidateKey({ family, config }));
      const { params = NaN, macs = NaN, accuracy = NaN, testAccuracySeed2: testAccuracy = NaN } = metrics;
      if (score === undefined || !Number.isFinite(accuracy + testAccuracy)) return [];
      const candidate = { family, config: written };
      return [{ candidate, metrics, family, params, macs, testAccuracy, scores: scoresOf(score, metrics) }];
    }),
  );
  return { table, students };
}

function scoresOf({ trained, untrained }: Score, { params, macs, accuracyEpoch1, cheapAccuracy }: Metrics) {
  return {
    'relation, trained teacher': -trained.relation,
    'semantic, trained teacher': -trained.semantic,
    'both, trained teacher': -trained.relation - trained.semantic,
    [BEST]: -untrained.relation,
    'semantic, untrained teacher': -untrained.semantic,
    'both, untrained teacher': -untrained.relation - untrained.semantic,
    'log params': Math.log(params ?? NaN),
    'log MACs': Math.log(macs ?? NaN),
    'epoch 1 of 8': accuracyEpoch1 ?? NaN,
    [SHORT]: cheapAccuracy ?? NaN,
  };
}
