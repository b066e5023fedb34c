/** What the palette offers, and how words typed into it find that: pure. */

export interface PaletteEntry {
  /** Unique among all entries. */
  readonly key: string;
  readonly title: string;
  /** In the second place, and searched too: where a student is from, what state a run is in. */
  readonly detail?: string;
  /** Other words by which people look for it: searched, not shown. */
  readonly also?: string;
  /** Keys that do the same. */
  readonly keys?: string;
  run(): unknown;
}

export interface PaletteGroup {
  readonly title: string;
  readonly entries: readonly PaletteEntry[];
}

/** Entries that hold every word typed, those whose title begins with it first; the order is kept
 * otherwise. */
export function findEntries(entries: readonly PaletteEntry[], typed: string): readonly PaletteEntry[] {
  const words = wordsOf(typed);
  const found = entries.filter(({ title, detail = '' }) => holds(`${title} ${detail}`, words));
  const isFirst = ({ title }: PaletteEntry): boolean => title.toLowerCase().startsWith(words.join(' '));
  return [...found.filter(isFirst), ...found.filter((entry) => !isFirst(entry))];
}

/** Those that hold every word typed only by what people call them otherwise. */
export function findOtherwise(entries: readonly PaletteEntry[], typed: string): readonly PaletteEntry[] {
  const words = wordsOf(typed);
  return entries.filter(
    ({ title, detail = '', also = '' }) =>
      !holds(`${title} ${detail}`, words) && holds(`${title} ${detail} ${also}`, words),
  );
}

function holds(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}

/** `sample #12`: the student whose title bears 12, of runs whose name holds `sample`; undefined
 * where no number ends it. */
export function studentAsked(typed: string): { readonly number: number; readonly runName: string } | undefined {
  const match = /^(.*?)\s*#?(\d{1,6})$/.exec(typed.trim());
  const number = Number(match?.[2]);
  if (match === null || number < 1) return undefined;
  return { number, runName: (match[1] ?? '').replace(/\bstudent\b/i, '').trim() };
}

const wordsOf = (typed: string): readonly string[] => typed.toLowerCase().split(/\s+/).filter(Boolean);
