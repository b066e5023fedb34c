/** What a trained layer is like: its weights, and its outputs on some images. */

export interface ValueStatistics {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** Largest magnitude. */
  readonly largest: number;
  /** Share of exact zeros, [0, 1]: what a ReLU lets nothing through of, or what was pruned. */
  readonly zeros: number;
  /** Values that are NaN or infinite; the other figures are of the rest. */
  readonly broken: number;
}

export interface LayerStatistics {
  /** Of the layer in its graph. */
  readonly id: string;
  /** Of all its trainable weights; absent where it has none. */
  readonly weights?: ValueStatistics;
  readonly outputs: ValueStatistics;
}

/** Two passes, so that a large mean takes nothing from the deviation. */
export function statisticsOf(parts: readonly Float32Array[]): ValueStatistics {
  let [count, broken, zeros, sum, largest] = [0, 0, 0, 0, 0];
  for (const part of parts) {
    for (const value of part) {
      if (!Number.isFinite(value)) broken += 1;
      else {
        count += 1;
        sum += value;
        largest = Math.max(largest, Math.abs(value));
        if (value === 0) zeros += 1;
      }
    }
  }
  const mean = sum / count;
  let squares = 0;
  for (const part of parts) for (const value of part) if (Number.isFinite(value)) squares += (value - mean) ** 2;
  return { count: count + broken, mean, deviation: Math.sqrt(squares / count), largest, zeros: zeros / count, broken };
}
