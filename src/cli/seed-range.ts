/** How seeds are written on a command line; benchmarks read theirs by it too. */

/** More seeds than anybody plays: a slip of the hand must not fill the memory. */
export const MOST_SEEDS = 1000;

/** `20`: seeds 1 to 20; `101-160`: these, both ends included. `undefined` where the text is
 * neither, or more than `MOST_SEEDS`. */
export function seedsOf(text: string): readonly number[] | undefined {
  const [, first, last] = /^(?:([1-9]\d{0,8})-)?([1-9]\d{0,8})$/.exec(text) ?? [];
  const from = Number(first ?? 1);
  const count = Number(last) - from + 1;
  return count >= 1 && count <= MOST_SEEDS ? Array.from({ length: count }, (_, i) => from + i) : undefined;
}
