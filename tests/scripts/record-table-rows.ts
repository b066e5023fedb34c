/** Rows that nobody trained, for the tests of the table's recorder. */
import { TABLE_RECIPE } from '../../scripts/record-table/plan.ts';
import type { TableTraining } from '../../scripts/record-table/plan.ts';
import type { Header, Rows, TrainingRow } from '../../scripts/record-table/rows.ts';

export function header(changes: Partial<Header> = {}): Header {
  return {
    ...{ id: 'header', format: 'fashion-kd-rows/1', recipe: TABLE_RECIPE },
    fingerprints: { data: 'd', teacher: 't', builders: 'b' },
    teacher: { name: 'fashion-resnet', testAccuracy: 0.9395 },
    ...changes,
  };
}

export function trainingRow(training: TableTraining, changes: Partial<TrainingRow>): TrainingRow {
  const { id, signal, seed, epochs, student } = training;
  const { family, config, set, params, macs } = student;
  return { id, signal, seed, epochs, family, config, set, params, macs, session: 'session/1', ...changes };
}

export function rowsOf(trainings: readonly TrainingRow[]): Rows {
  return {
    header: header(),
    sessions: [],
    trainings: new Map(trainings.map((row) => [row.id, row])),
    latencies: new Map(),
  };
}
