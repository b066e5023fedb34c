/**
 * Kendall's rank correlation, with ties: tau-b.
 *
 * symbol    meaning                                                    shape
 * a, b      the two lists                                              [n]
 * s         pairs that both lists order alike, less those that they order against each other
 * u, v      pairs that a, that b orders at all
 *
 * Source: Kendall, "The treatment of ties in ranking problems", Biometrika 33 (1945), 239-251.
 */

/** s / √(u v), in [-1, 1]; NaN with fewer than two pairs, or where one list is constant or has a
 * NaN. O(n²). */
export function kendallTau(a: readonly number[], b: readonly number[]): number {
  let [s, u, v] = [0, 0, 0];
  for (let i = 1; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const x = Math.sign(a[i]! - a[j]!);
      const y = Math.sign(b[i]! - b[j]!);
      s += x * y;
      u += x * x;
      v += y * y;
    }
  }
  return s / Math.sqrt(u * v);
}
