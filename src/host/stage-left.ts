/** How long a stage of some work still takes, wherever that is told. */

/** Of a stage, before its time left is told: the first steps are not like the others. */
const TELLING_SHARE = 0.02;

/** Seconds, at the rate of the stage so far, in which `gained` was done of what `done` and `total`
 * count; undefined while that is too little to tell. */
export function stageLeft(
  { done, total }: { readonly done: number; readonly total: number },
  gained: number,
  elapsedMs: number,
): number | undefined {
  if (total <= 0 || gained < TELLING_SHARE * total) return undefined;
  return ((elapsedMs / 1000) * (total - done)) / gained;
}
