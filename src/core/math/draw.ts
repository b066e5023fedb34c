/** The place in `weights` at which their running sum passes `target`, in [0, their sum): of a
 * uniform number times that sum each place is drawn by its weight. The last one where rounding
 * leaves none. */
export function placeOf(weights: ArrayLike<number>, target: number): number {
  let left = target;
  for (let place = 0; place < weights.length; place += 1) {
    left -= weights[place] ?? 0;
    if (left < 0) return place;
  }
  return weights.length - 1;
}
