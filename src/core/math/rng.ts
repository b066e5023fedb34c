/**
 * Seedable, splittable random numbers: xoshiro128** (Blackman and Vigna 2018), seeded by a 32-bit
 * mixing hash.
 *
 * The generator is a small mutable object that lives inside one pure computation: whoever needs
 * chance splits a fresh one from a seed and an index, so nothing depends on how many numbers
 * another part has drawn.
 */

export interface Rng {
  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number;
  /** Uniform integer in [0, bound). Throws a RangeError when `bound` is not a positive integer up
   * to 2^32. */
  int(bound: number): number;
  /** Standard normal (polar method of Marsaglia). */
  normal(): number;
  /** The same items in a uniformly drawn order (Fisher-Yates); the input is left alone. */
  shuffle<T>(items: readonly T[]): T[];
}

/** Finaliser of MurmurHash3: every input bit changes every output bit with probability about one
 * half. */
function mix32(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A seed of its own for each index: `split(seed, k)` is the seed of trial k. Any safe integers;
 * result in [0, 2^32). */
export function split(seed: number, index: number): number {
  const low = mix32(seed ^ 0x9e3779b9);
  const high = mix32(Math.floor(seed / 2 ** 32) + 0x7f4a7c15);
  return mix32(mix32(low ^ Math.imul(high, 0x27d4eb2f)) + Math.imul(mix32(index + 0x165667b1), 0x9e3779b1));
}

/** A generator whose stream is decided by `seed` alone (any safe integer). */
export function createRng(seed: number): Rng {
  let a = split(seed, 1);
  let b = split(seed, 2);
  let c = split(seed, 3);
  let d = split(seed, 4) | 1; // the all-zero state is the only forbidden one
  let spare: number | undefined;

  function next(): number {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  }

  const uniform = (): number => next() / 2 ** 32;

  function int(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`rng.int: bound must be an integer from 1 to 2^32, got ${bound}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound); // draws beyond the last whole multiple would favour small numbers
    let draw = next();
    while (draw >= limit) draw = next();
    return draw % bound;
  }

  function normal(): number {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = v * factor;
        return u * factor;
      }
    }
  }

  function shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = int(last + 1);
      const moved = result[last] as T; // both indices lie inside the array
      result[last] = result[other] as T;
      result[other] = moved;
    }
    return result;
  }

  return { uniform, int, normal, shuffle };
}
