/** Columns of the list of runs: what they are called, how wide they are, what they sort by. The name stands first, always. */
import type { RunColumn, RunOrder } from '../../bridge/upkeep-schemas.ts';

export interface RunColumnLook {
  readonly title: string;
  /** In the list's grid template. */
  readonly width: string;
  readonly order?: RunOrder;
  readonly isNumber?: true;
}

export const RUN_COLUMN_LOOKS = {
  state: { title: 'State', width: '92px', order: 'state' },
  accuracy: { title: 'Accuracy', width: '70px', order: 'accuracy', isNumber: true },
  front: { title: 'Front', width: '42px', order: 'front', isNumber: true },
  hypervolume: { title: 'Hypervolume', width: '168px', order: 'hypervolume' },
  students: { title: 'Students', width: '140px', order: 'students' },
  time: { title: 'Time', width: '92px', order: 'time' },
  started: { title: 'Started', width: '94px', order: 'started' },
  strategy: { title: 'Strategy', width: '110px' },
  dataset: { title: 'Data set', width: '120px' },
  teacher: { title: 'Teacher', width: '130px' },
} as const satisfies Readonly<Record<RunColumn, RunColumnLook>>;

export const columnLook = (column: RunColumn): RunColumnLook => RUN_COLUMN_LOOKS[column];

/** State stands before the name, the rest after it, in the order of the looks. */
export function inOrder(columns: readonly RunColumn[]): readonly RunColumn[] {
  // Sound: the keys of a record are of its key type.
  return (Object.keys(RUN_COLUMN_LOOKS) as RunColumn[]).filter((column) => columns.includes(column));
}

const NAME_PIXELS = 170;

/** Box, columns, name, bin. */
export function gridTemplate(columns: readonly RunColumn[]): string {
  const widths = inOrder(columns).map((column) => [column, columnLook(column).width] as const);
  const before = widths.filter(([column]) => column === 'state').map(([, width]) => width);
  const after = widths.filter(([column]) => column !== 'state').map(([, width]) => width);
  return ['18px', ...before, `minmax(${NAME_PIXELS}px, 1fr)`, ...after, '28px'].join(' ');
}

const GAP = 12;

/** What a row needs at least, in pixels: a narrower window scrolls it sideways. */
export function leastWidth(columns: readonly RunColumn[]): number {
  const widths = inOrder(columns).map((column) => Number.parseInt(columnLook(column).width, 10));
  return 18 + NAME_PIXELS + 28 + 20 + widths.reduce((sum, width) => sum + width + GAP, 2 * GAP);
}
