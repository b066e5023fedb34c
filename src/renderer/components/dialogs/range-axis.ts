/** An axis of a chart as something to choose a range on without a pointer: the values that there
 * are, with their words. */
export interface RangeAxis {
  readonly id: string;
  readonly title: string;
  /** Rising. */
  readonly stops: readonly number[];
  readonly text: (value: number) => string;
}

/** By axis; what is not narrowed has no entry. */
export type Ranges = ReadonlyMap<string, readonly [number, number]>;

/** More steps than these would take longer to walk than to look at; the first and the last value
 * are always among them. */
const MOST_STOPS = 100;

export function rangeAxis({ id, title, text }: Omit<RangeAxis, 'stops'>, values: Iterable<number>): RangeAxis {
  const distinct = [...new Set([...values].filter(Number.isFinite))].sort((left, right) => left - right);
  const last = distinct.length - 1;
  if (last < MOST_STOPS) return { id, title, text, stops: distinct };
  const places = Array.from({ length: MOST_STOPS }, (_, step) => Math.round((step * last) / (MOST_STOPS - 1)));
  return { id, title, text, stops: places.map((place) => distinct[place] ?? 0) };
}
