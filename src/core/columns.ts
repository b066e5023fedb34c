/** A whole number for each example of a split, as it stands in a file beside labels: unpacked IDX
 * of 32-bit whole numbers, `[count]`, the higher bytes first. */
import type { DatasetCard } from './records/dataset-card.ts';
import { SPLITS } from './records/sources.ts';
import type { SplitName } from './records/sources.ts';

/** `group`: its place in the card's list of groups; `position`: its place in the sequence that it
 * was cut from, from 1. */
export const COLUMNS = ['group', 'position'] as const;
export type ColumnName = (typeof COLUMNS)[number];
export type Columns = Readonly<Partial<Record<ColumnName, Int32Array>>>;

const INTEGERS = 0x0c01;
const HEADER_BYTES = 8;

export function columnContent(values: ArrayLike<number>): Uint8Array {
  const content = new Uint8Array(HEADER_BYTES + 4 * values.length);
  const view = new DataView(content.buffer);
  view.setUint32(0, INTEGERS);
  view.setUint32(4, values.length);
  for (let example = 0; example < values.length; example += 1) {
    view.setInt32(HEADER_BYTES + 4 * example, values[example] ?? 0);
  }
  return content;
}

/** Bytes of an unpacked column of so many examples. */
export const columnBytes = (count: number): number => HEADER_BYTES + 4 * count;

/** What stands in `content`, or what is wrong with it, in words: its form, its length, or a number
 * that the card does not know. */
export function columnOf(
  content: Uint8Array,
  name: ColumnName,
  { splits, groups = [] }: Pick<DatasetCard, 'splits' | 'groups'>,
  split: SplitName,
): Int32Array | string {
  const { count } = splits[split];
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (content.length < HEADER_BYTES || view.getUint32(0) !== INTEGERS) {
    return 'it is not an IDX file of 32-bit whole numbers with one axis';
  }
  if (view.getUint32(4) !== count || content.length !== columnBytes(count)) {
    return `it has ${(content.length - HEADER_BYTES) / 4} numbers for ${count} examples`;
  }
  const values = Int32Array.from({ length: count }, (_, example) => view.getInt32(HEADER_BYTES + 4 * example));
  const isKnown = (value: number): boolean => (name === 'position' ? value >= 1 : value >= 0 && value < groups.length);
  const stray = values.findIndex((value) => !isKnown(value));
  if (stray < 0) return values;
  const what = `example ${stray + 1} has the ${name} ${values[stray] ?? 0}`;
  return name === 'position' ? `${what}, and positions begin at 1` : `${what}, and there are ${groups.length} groups`;
}

/** Those of some examples, by their places. */
export function chosenColumns(columns: Columns, places: ArrayLike<number>): Columns {
  const chosen: Partial<Record<ColumnName, Int32Array>> = {};
  for (const name of COLUMNS) {
    const column = columns[name];
    if (column === undefined) continue;
    chosen[name] = Int32Array.from({ length: places.length }, (_, index) => column[places[index] ?? 0] ?? 0);
  }
  return chosen;
}

/** A group that is in two splits: what is learnt by heart of it in one is known in the other. */
export function tornGroup(
  columnIn: (split: SplitName) => Int32Array | undefined,
): { readonly group: number; readonly first: SplitName; readonly second: SplitName } | undefined {
  const seen = new Map<number, SplitName>();
  for (const second of SPLITS) {
    for (const group of columnIn(second) ?? []) {
      const first = seen.get(group);
      if (first !== undefined && first !== second) return { group, first, second };
      seen.set(group, second);
    }
  }
  return undefined;
}
