/**
 * Attention transfer on plain arrays, one sample at a time: Zagoruyko and Komodakis, "Paying more
 * attention to attention" (ICLR 2017).
 *
 * symbol   meaning                                                   shape
 * F        a feature map, place after place                          [places][channels]
 * p        power
 * A        mean over channels of |F|^p, divided by its length        [places]
 */

/** Keeps a map of zeros from dividing by zero; PyTorch's `normalize` has the same floor. */
const ATTENTION_EPSILON = 1e-12;

export function attentionMap(features: readonly (readonly number[])[], power: number): readonly number[] {
  const energy = features.map(
    (channels) => channels.reduce((sum, value) => sum + Math.abs(value) ** power, 0) / channels.length,
  );
  const length = Math.sqrt(energy.reduce((sum, value) => sum + value ** 2, 0));
  return energy.map((value) => value / Math.max(length, ATTENTION_EPSILON));
}

/** Mean over places of (A_s - A_t)^2, for maps of one resolution. */
export function attentionDistance(
  student: readonly (readonly number[])[],
  teacher: readonly (readonly number[])[],
  power: number,
): number {
  const wanted = attentionMap(teacher, power);
  const squares = attentionMap(student, power).map((value, place) => (value - (wanted[place] ?? NaN)) ** 2);
  return squares.reduce((sum, value) => sum + value, 0) / squares.length;
}
