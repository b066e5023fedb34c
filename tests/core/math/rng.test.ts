import { describe, expect, it } from 'vitest';
import { createRng, split } from '../../../src/core/math/rng.ts';

const draws = (seed: number, count: number): number[] => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => rng.uniform());
};

describe('rng', () => {
  it('repeats its stream for a seed, and gives neighbouring seeds unrelated ones', () => {
    expect(draws(7, 50)).toEqual(draws(7, 50));
    const shared = draws(7, 1000).filter((value, i) => Math.abs(value - draws(8, 1000)[i]!) < 0.01);
    expect(shared.length).toBeLessThan(50); // 2 % expected of independent streams
  });

  it('splits to distinct seeds: no collision among 20,000 children of two parents', () => {
    const children = Array.from({ length: 10_000 }, (_, k) => [split(1, k), split(2, k)]).flat();
    expect(new Set(children).size).toBeGreaterThan(children.length - 3); // birthday bound: 0.05 collisions expected
  });

  it('tells large seeds apart beyond 32 bits', () => {
    expect(split(2 ** 40 + 5, 0)).not.toBe(split(5, 0));
  });

  it('draws normals with the moments of a standard normal', () => {
    const rng = createRng(3);
    const values = Array.from({ length: 40_000 }, () => rng.normal());
    const moment = (k: number): number => values.reduce((sum, value) => sum + value ** k, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.02);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
  });

  it('draws integers evenly and refuses an empty range', () => {
    const rng = createRng(5);
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) counts[rng.int(3)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(350); // 4 deviations
    expect(() => rng.int(0)).toThrow(RangeError);
  });

  it('shuffles to every order about as often, leaving its input alone', () => {
    const rng = createRng(11);
    const input = ['a', 'b', 'c'];
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = rng.shuffle(input).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
    expect(input).toEqual(['a', 'b', 'c']);
  });
});
