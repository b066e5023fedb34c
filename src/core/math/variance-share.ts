/**
 * How much of a value's variance the levels of one parameter account for by themselves: the
 * correlation ratio of a one-way layout, corrected for chance (epsilon squared, Kelley 1935: "An
 * unbiased correlation ratio measure", PNAS 21).
 *
 * symbol   meaning
 * n, k     values, levels that occur
 * SSB      sum over levels of n_level (mean_level - mean)^2
 * SSW      sum of (value - mean of its level)^2
 * share    (SSB - (k - 1) SSW / (n - k)) / (SSB + SSW); below 0 is chance, and counts as 0
 */

/** `values[i]` belongs to `levels[i]`. NaN where it says nothing: one level, as many levels as
 * values, or no variance. */
export function varianceShare(values: readonly number[], levels: readonly unknown[]): number {
  const groups = new Map<unknown, number[]>();
  for (const [index, value] of values.entries()) {
    const level = levels[index];
    const group = groups.get(level) ?? [];
    groups.set(level, group);
    group.push(value);
  }
  const [n, k] = [values.length, groups.size];
  if (k < 2 || n <= k) return NaN;
  const mean = meanOf(values);
  let [between, within] = [0, 0];
  for (const group of groups.values()) {
    const centre = meanOf(group);
    between += group.length * (centre - mean) ** 2;
    for (const value of group) within += (value - centre) ** 2;
  }
  const total = between + within;
  if (!(total > 0)) return NaN;
  return Math.max(0, (between - ((k - 1) * within) / (n - k)) / total);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
