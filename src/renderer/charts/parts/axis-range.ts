/** Ends of an axis that stand still while a live chart grows. */

export interface AxisRange {
  readonly min?: number;
  readonly max?: number;
  readonly interval?: number;
}

/** Least and greatest of the numbers that are finite; infinities the wrong way round where none
 * is. */
export function extentOf(values: Iterable<number>): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return [low, high];
}

/** From 1, 2 or 5 times a power of ten to another, so that a live front does not jitter with every
 * point; `room`: at least so much of a decade is left at both ends. */
export function logRange(values: readonly number[], room = 0.08): AxisRange {
  const [low, high] = extentOf(values.filter((value) => value > 0).map(Math.log10));
  if (low > high) return { min: 1e3, max: 1e6 };
  return { min: roundLog(low - room, Math.floor), max: roundLog(high + room, Math.ceil) };
}

/** The power of ten, or 2 or 5 times it, next to 10^log on the side of `round`. */
function roundLog(log: number, round: (value: number) => number): number {
  const decade = Math.floor(log);
  const steps = [0, Math.log10(2), Math.log10(5), 1];
  const share = log - decade;
  // The logarithm of a step itself is not exact.
  const step =
    round === Math.floor ? steps.findLast((one) => one <= share + 1e-9) : steps.find((one) => one >= share - 1e-9);
  return Number((10 ** (decade + (step ?? 0))).toPrecision(1));
}

/** Whole steps of a fraction, within [0, 1]. */
export function shareRange(values: readonly number[]): AxisRange {
  const [low, high] = extentOf(values);
  if (low > high) return { min: 0, max: 1, interval: 0.2 };
  const step = high - low > 0.3 ? 0.1 : high - low > 0.12 ? 0.05 : 0.02;
  const min = Math.max(0, Math.floor((low - step / 8) / step) * step);
  const max = Math.min(1, Math.ceil((high + step / 8) / step) * step);
  return { min: Number(min.toFixed(2)), max: Number(max.toFixed(2)), interval: step };
}
