/** Own levels in one line, as a form has them: `resnet.width2: 16, 24; vit.blocks: 2, 4`. */
import type { SearchInput } from '../schemas/records.ts';

type Levels = NonNullable<SearchInput['levels']>;

/** Levels of one dimension as somebody types them. */
export interface LevelsRow {
  /** `family.dimension` */
  readonly key: string;
  readonly values: string;
}

/** `undefined` for text that is none. */
export function levelsRows(text: string): readonly LevelsRow[] | undefined {
  const rows: LevelsRow[] = [];
  for (const entry of text.split(/[;\n]/)) {
    if (entry.trim() === '') continue;
    const [, key, values] = /^\s*([\w-]+\.\w+)\s*: ?(.*)$/.exec(entry) ?? [];
    if (key === undefined || values === undefined) return undefined;
    rows.push({ key, values });
  }
  return rows;
}

/** What parts rows is no part of one. */
export const rowsToText = (rows: readonly LevelsRow[]): string =>
  rows.map(({ key, values }) => `${key}: ${values.replaceAll(/[;\n]/g, '')}`).join('; ');

/** Text that is none stays text, for the schema to refuse. */
export function textToLevels(text: string): Levels | string {
  const rows = levelsRows(text);
  if (rows === undefined) return text;
  // Names are typed by somebody: an object would take one of its prototype for its own.
  const families = new Map<string, Map<string, readonly (number | string)[]>>();
  for (const { key, values: list } of rows) {
    const [family = '', dimension = ''] = key.split('.');
    const values = list
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== '')
      .map((value) => (Number.isNaN(Number(value)) ? value : Number(value)));
    families.set(
      family,
      (families.get(family) ?? new Map<string, readonly (number | string)[]>()).set(dimension, values),
    );
  }
  return Object.fromEntries([...families].map(([family, own]) => [family, Object.fromEntries(own)]));
}

export const levelsToText = (levels: Levels): string =>
  Object.entries(levels)
    .flatMap(([family, dimensions]) =>
      Object.entries(dimensions).map(([dimension, values]) => `${family}.${dimension}: ${values.join(', ')}`),
    )
    .join('; ');
