/** Ends of an axis that stand still while a live chart grows. */

export interface AxisRange {
  readonly min?: number;
  readonly max?: number;
  readonly interval?: number;
}

/** From 1, 2 or 5 times a power of ten to another, so that a live front does not jitter with every
 * point. */
export function logRange(values: readonly number[]): AxisRange {
  const logs = values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  if (logs.length === 0) return { min: 1e3, max: 1e6 };
  const low = logs.reduce((least, value) => Math.min(least, value));
  const high = logs.reduce((most, value) => Math.max(most, value));
  return { min: roundLog(low - 0.08, Math.floor), max: roundLog(high + 0.08, Math.ceil) };
}

/** The power of ten, or 2 or 5 times it, next to 10^log on the side of `round`. */
function roundLog(log: number, round: (value: number) => number): number {
  const decade = Math.floor(log);
  const steps = [0, Math.log10(2), Math.log10(5), 1];
  const share = log - decade;
  const step = round === Math.floor ? steps.findLast((one) => one <= share) : steps.find((one) => one >= share);
  return Number((10 ** (decade + (step ?? 0))).toPrecision(1));
}

/** Whole steps of a fraction, within [0, 1]. */
export function shareRange(values: readonly number[]): AxisRange {
  if (values.length === 0) return { min: 0, max: 1, interval: 0.2 };
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  const step = high - low > 0.3 ? 0.1 : high - low > 0.12 ? 0.05 : 0.02;
  const min = Math.max(0, Math.floor((low - step / 8) / step) * step);
  const max = Math.min(1, Math.ceil((high + step / 8) / step) * step);
  return { min: Number(min.toFixed(2)), max: Number(max.toFixed(2)), interval: step };
}
