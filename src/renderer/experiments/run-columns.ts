/** Columns of the list of runs: what they are called, how wide they are, what they sort by. */
import type { RunColumn } from '../../bridge/schemas/upkeep.ts';
import type { RunOrder } from '../../core/records/run-list.ts';
import { PLAIN_LOOK } from '../stores/run-list.ts';
import type { RowFrame, SizedColumn } from '../components/rows/use-column-widths.ts';

interface RunColumnLook extends Omit<SizedColumn, 'id'> {
  readonly title: string;
  readonly order?: RunOrder;
  readonly isNumber?: true;
}

/** In the order in which they stand. The name is always there, and takes the room that the others
 * leave. */
export const RUN_COLUMN_LOOKS: Readonly<Record<RunColumn | 'name', RunColumnLook>> = {
  state: { title: 'State', width: 92, order: 'state' },
  name: { title: 'Name', width: 168, grows: true, order: 'name' },
  accuracy: { title: 'Accuracy', width: 70, order: 'accuracy', isNumber: true },
  front: { title: 'Front', width: 42, order: 'front', isNumber: true },
  hypervolume: { title: 'Hypervolume', width: 168, order: 'hypervolume' },
  students: { title: 'Trained', width: 120, order: 'students' },
  time: { title: 'Time', width: 114, order: 'time' },
  started: { title: 'Started', width: 94, order: 'started' },
  strategy: { title: 'Strategy', width: 110 },
  dataset: { title: 'Data set', width: 120 },
  teacher: { title: 'Teacher', width: 130 },
};

/** A box to tick by stands before the columns, the way to the trash behind them. */
export const RUN_ROW: RowFrame = { before: 18, after: 28, gap: 12, padding: 12 };

/** With the name, as they stand in a row. */
export function sizedColumns(columns: readonly RunColumn[]) {
  // Sound: the keys of a record are of its key type.
  const all = Object.keys(RUN_COLUMN_LOOKS) as (keyof typeof RUN_COLUMN_LOOKS)[];
  return all
    .filter((column) => column === 'name' || columns.includes(column))
    .map((id) => ({ id, ...RUN_COLUMN_LOOKS[id] }));
}

/** From how many pixels on there is room for more than the plain columns. */
const ROOMY = 1200;
const MORE: readonly RunColumn[] = ['strategy', 'dataset'];

/** The plain columns, and where there is room for them those that tell runs apart. */
export function roomyColumns(columns: readonly RunColumn[], pixels: number): RunColumn[] {
  const { columns: plain } = PLAIN_LOOK;
  const isPlain = columns.length === plain.length && columns.every((column) => plain.includes(column));
  return isPlain && pixels >= ROOMY ? [...columns, ...MORE] : [...columns];
}
