/** Widths of a table's columns as the person set them: kept on this machine, by table, for every
 * window of it. */
import { computed } from 'vue';
import { keptOnMachine } from '../../stores/kept.ts';

export interface SizedColumn {
  readonly id: string;
  /** In pixels, until it is changed. */
  readonly width: number;
  /** Takes what the others leave; its width is then the least it has. */
  readonly grows?: boolean;
  /** As long as nobody changed it: so wide where there is room, before those that grow. */
  readonly most?: number;
}

/** What stands around the columns of a row, in pixels. */
export interface RowFrame {
  /** Of a box before the columns, and of a button behind them where there is one. */
  readonly before: number;
  readonly after?: number;
  readonly gap: number;
  /** At both ends. */
  readonly padding: number;
}

/** What a row needs at least, in pixels: a narrower window scrolls it sideways. */
function leastWidth(columns: readonly SizedColumn[], { before, after, gap, padding }: RowFrame): number {
  const gaps = columns.length + (after === undefined ? 0 : 1);
  return columns.reduce((sum, { width }) => sum + width, before + (after ?? 0) + gap * gaps + 2 * padding);
}

const LEAST_WIDTH = 40;
const MOST_WIDTH = 1200;

/** A column as a track of the grid. */
function trackOf({ width, grows, most }: Omit<SizedColumn, 'id'>): string {
  if (grows) return `minmax(${width}px, 1fr)`;
  return most === undefined ? `${width}px` : `minmax(${width}px, ${most}px)`;
}

type Widths = Readonly<Record<string, number>>;

export function useColumnWidths(table: string, frame: RowFrame, columns: () => readonly SizedColumn[]) {
  const kept = keptOnMachine(`trade.columns.${table}`, readWidths);
  const sized = computed(() =>
    columns().map(({ most, ...column }) => {
      const own = kept.value[column.id];
      return own === undefined ? { ...column, most } : { ...column, width: own };
    }),
  );
  const least = computed(() => leastWidth(sized.value, frame));
  /** For what scrolls: its head and rows read them. One place, so that a drag draws no row anew. */
  const style = computed(() => {
    const tracks = sized.value.map(trackOf);
    const all = [`${frame.before}px`, ...tracks, ...(frame.after === undefined ? [] : [`${frame.after}px`])];
    return {
      '--columns': all.join(' '),
      '--gap': `${frame.gap}px`,
      '--padding': `${frame.padding}px`,
      '--least': `${least.value}px`,
    };
  });

  /** `undefined`: as it was at first. */
  function resize(id: string, width: number | undefined): void {
    const { [id]: _, ...others } = kept.value;
    kept.value =
      width === undefined
        ? others
        : { ...others, [id]: Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width))) };
  }

  return { style, least, resize };
}

/** What is no width is left out: a damaged text must not cost the table. */
function readWidths(stored: unknown): Widths {
  if (typeof stored !== 'object' || stored === null) return {};
  const isWidth = (entry: [string, unknown]): entry is [string, number] =>
    typeof entry[1] === 'number' && entry[1] >= LEAST_WIDTH && entry[1] <= MOST_WIDTH;
  return Object.fromEntries(Object.entries(stored).filter(isWidth));
}

export const testing = { leastWidth, readWidths };
