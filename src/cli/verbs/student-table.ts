/** Students of a run as a table for other programs: numbers unrounded, what is not known empty. */
import { MEASURE_NAMES } from '../../core/measures.ts';
import { trialRecord } from '../records.ts';
import type { RunEnd } from '../../host/for-shells.ts';

const COLUMNS = [
  ...['number', 'state', 'family', 'accuracy', 'testAccuracy', 'params', 'macs', 'latencyMs', 'epochs', 'seconds'],
  ...['reward', ...MEASURE_NAMES],
];

export function studentTable({ trials }: Pick<RunEnd, 'trials'>) {
  const records = trials.map((trial) => ({ ...trialRecord(trial), number: trial.number }));
  // Dimensions of all families; a student has those of its own.
  const dimensions = [...new Set(records.flatMap(({ config }) => Object.keys(config)))].sort();
  const known = COLUMNS.filter((column) => records.some((record) => textOf(record, column) !== ''));
  return {
    columns: [...known, ...dimensions],
    rows: records.map((record) => [
      ...known.map((column) => textOf(record, column)),
      ...dimensions.map((dimension) => textOf(record.config, dimension)),
    ]),
  };
}

function textOf(record: object, key: string): string {
  const value: unknown = Reflect.get(record, key);
  return value === undefined || value === null ? '' : String(value);
}
