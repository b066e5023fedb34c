/** Spaces to mix for tests of one-shot methods. */
import { studentSpace } from '../../../src/core/arch/families/registry.ts';
import type { Supernet } from '../../../src/core/arch/supernet.ts';
import type { MixingSpace } from '../../../src/core/one-shot/method.ts';

/** Three edges, of paths that cost nothing. */
export const LEVELS = [3, 2, 4];
const FREE = LEVELS.flatMap((count) => Array<number>(count).fill(0));
export const SPACE: MixingSpace = {
  ...{ levels: LEVELS, isEmpty: FREE.map(() => false), limits: { params: Infinity, macs: Infinity } },
  costs: () => ({ base: { params: 0, macs: 0 }, params: Float64Array.from(FREE), macs: Float64Array.from(FREE) }),
};

export const alphaOf = (...values: readonly number[]): Float64Array => Float64Array.from(values);

export function cellSupernet(): Supernet {
  const supernet = studentSpace(['cells'], { inputShape: [28, 28, 1], classes: 10 }).families[0]?.supernet?.();
  if (supernet === undefined) throw new Error('The family of cells has no supernet');
  return supernet;
}
