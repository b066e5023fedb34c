/** Columns of the list of runs: what they are called, how wide they are, what they sort by. The
 * name stands first, always. */
import type { RunColumn } from '../../bridge/schemas/upkeep.ts';
import type { RunOrder } from '../../core/records/run-list.ts';
import type { RowFrame, SizedColumn } from '../components/rows/use-column-widths.ts';

export interface RunColumnLook {
  readonly title: string;
  /** In pixels, until the person changes it. */
  readonly width: number;
  readonly order?: RunOrder;
  readonly isNumber?: true;
}

export const RUN_COLUMN_LOOKS = {
  state: { title: 'State', width: 92, order: 'state' },
  accuracy: { title: 'Accuracy', width: 70, order: 'accuracy', isNumber: true },
  front: { title: 'Front', width: 42, order: 'front', isNumber: true },
  hypervolume: { title: 'Hypervolume', width: 168, order: 'hypervolume' },
  students: { title: 'Students', width: 120, order: 'students' },
  time: { title: 'Time', width: 114, order: 'time' },
  started: { title: 'Started', width: 94, order: 'started' },
  strategy: { title: 'Strategy', width: 110 },
  dataset: { title: 'Data set', width: 120 },
  teacher: { title: 'Teacher', width: 130 },
} as const satisfies Readonly<Record<RunColumn, RunColumnLook>>;

export const columnLook = (column: RunColumn): RunColumnLook => RUN_COLUMN_LOOKS[column];

/** State stands before the name, the rest after it, in the order of the looks. */
export function inOrder(columns: readonly RunColumn[]): readonly RunColumn[] {
  // Sound: the keys of a record are of its key type.
  return (Object.keys(RUN_COLUMN_LOOKS) as RunColumn[]).filter((column) => columns.includes(column));
}

/** A box to tick by stands before the columns, the way to the trash behind them. */
export const RUN_ROW: RowFrame = { before: 18, after: 28, gap: 12, padding: 12 };

/** It takes the room that the others leave. */
const NAME: SizedColumn = { id: 'name', width: 168, grows: true };

/** With the name, as they stand in a row. */
export function sizedColumns(columns: readonly RunColumn[]): readonly SizedColumn[] {
  const sized = inOrder(columns).map((column) => ({ id: column, width: columnLook(column).width }));
  const before = sized.filter(({ id }) => id === 'state');
  return [...before, NAME, ...sized.filter(({ id }) => id !== 'state')];
}
