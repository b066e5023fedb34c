/** DARTS and its kin that learn a softmax: what each draws, and which student comes of it. */
import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { allKept, byEdge, startMixing } from '../../../src/core/one-shot/method.ts';
import { oneShotMethod } from '../../../src/core/one-shot/registry.ts';
import { alphaOf, LEVELS, SPACE } from './spaces.ts';

const KEPT = allKept(SPACE);
const ALPHA = alphaOf(0.3, -1, 2, 0.5, 0.4, -0.2, 0, 1, 1.5);
const methodOf = (method: string, options = {}) => oneShotMethod({ method, options }, SPACE);

describe('DARTS', () => {
  const darts = (options = {}) => methodOf('darts', options);

  test('shares each edge among its paths, whatever their number and however large alpha is', () => {
    const [drawn, ...others] = darts().draw(alphaOf(1000, 0, 0, 7, 7, 1, 1, 1, 1), createRng(1), 'weights', KEPT);
    expect(others).toEqual([]);
    expect([...(drawn?.p ?? [])]).toEqual([1, 0, 0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]);
  });

  test('derives the path that counts most on each edge, the first of equal ones', () => {
    expect(darts().derive(ALPHA, KEPT)).toEqual([2, 0, 3]);
    expect(darts().derive(alphaOf(0, 0, 0, 0, 0, 0, 0, 0, 0), KEPT)).toEqual([0, 0, 0]);
  });

  test('starts from nearly nothing, by chance of its seed', () => {
    const start = startMixing(LEVELS, createRng(3));
    expect(start).toHaveLength(9);
    expect(Math.max(...start.map(Math.abs))).toBeLessThan(0.01);
    expect(new Set(start).size).toBe(9);
    expect(startMixing(LEVELS, createRng(3))).toEqual(start);
  });

  test('has Adam as in its code, with larger steps, and the order that is asked for', () => {
    expect(darts().steps).toEqual({ learningRate: 3e-3, weightDecay: 1e-3, firstMoment: 0.5, secondMoment: 0.999 });
    expect(darts({ learningRate: 0.5 }).steps).toMatchObject({ learningRate: 0.5, weightDecay: 1e-3 });
    expect(darts().hypergradient).toEqual({ kind: 'first' });
    expect(darts({ order: 2 }).hypergradient).toEqual({ kind: 'unrolled' });
  });
});

test('iDARTS is DARTS with an implicit slope of so many steps and terms', () => {
  expect(methodOf('idarts').hypergradient).toEqual({ kind: 'implicit', steps: 4, terms: 2 });
  expect(methodOf('idarts', { steps: 7, terms: 0 }).hypergradient).toEqual({ kind: 'implicit', steps: 7, terms: 0 });
  expect(methodOf('idarts').shares(ALPHA, KEPT)).toEqual(methodOf('darts').shares(ALPHA, KEPT));
});

describe('NA-DARTS', () => {
  const p = methodOf('darts').shares(ALPHA, KEPT);
  const draw = (options: Readonly<Record<string, number>>, seed = 1) =>
    methodOf('na-darts', options).draw(ALPHA, createRng(seed), 'mixing', KEPT);

  test('is DARTS where neighbours are not moved', () => {
    for (const drawn of draw({ delta: 0 })) expect(drawn.p).toEqual(p);
  });

  test('moves one edge of each copy to one path where neighbours are whole edits', () => {
    const copies = [1, 2, 3, 4, 5].flatMap((seed) => draw({ delta: 1, copies: 4 }, seed));
    expect(copies).toHaveLength(20);
    for (const drawn of copies) {
      const moved = byEdge(LEVELS, drawn.p).filter((edge, at) => `${edge}` !== `${byEdge(LEVELS, p)[at]}`);
      expect(moved.map((edge) => [...edge].sort().at(-1))).toEqual([1]);
    }
    // All edges and paths come.
    expect(new Set(copies.map((drawn) => `${drawn.p}`)).size).toBeGreaterThan(6);
  });
});

describe('path dropout', () => {
  // An edge left empty that takes its first path, or a share that hangs on alpha, favours paths.
  test('trains all paths alike, with one on each edge at least, each as much as the others', () => {
    const counts = new Float64Array(ALPHA.length);
    const rng = createRng(5);
    for (let draw = 0; draw < 2000; draw += 1) {
      const [drawn] = methodOf('path-dropout').draw(ALPHA, rng, 'weights', KEPT);
      for (const edge of byEdge(LEVELS, drawn?.p ?? ALPHA)) {
        const taken = edge.filter((share) => share > 0);
        expect(taken.length).toBeGreaterThan(0);
        for (const share of taken) expect(share).toBe(1 / taken.length);
      }
      drawn?.p.forEach((share, path) => (counts[path] = (counts[path] ?? 0) + Number(share > 0)));
    }
    for (const edge of byEdge(LEVELS, counts)) expect(Math.max(...edge) / Math.min(...edge)).toBeLessThan(1.1);
  });

  test('leaves out nothing, or all but one', () => {
    const taken = (dropout: number): number => {
      const [drawn] = methodOf('path-dropout', { dropout }).draw(ALPHA, createRng(2), 'weights', KEPT);
      return drawn?.p.filter((share) => share > 0).length ?? 0;
    };
    expect([taken(0), taken(1)]).toEqual([9, 3]);
  });

  test('learns what paths count with all of them, after a warm-up', () => {
    const [drawn] = methodOf('path-dropout').draw(ALPHA, createRng(2), 'mixing', KEPT);
    expect(drawn?.p).toEqual(methodOf('darts').shares(ALPHA, KEPT));
    expect(methodOf('path-dropout').warmup).toBe(0.2);
  });
});

test('random search with shared weights trains students, each as often as any other, and picks', () => {
  const method = methodOf('shared-random', { picks: 7 });
  expect(method.picks).toBe(7);
  const rng = createRng(9);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 2400; draw += 1) {
    const key = method.draw(ALPHA, rng, 'weights', KEPT).map(({ p }) => [...p].join(''));
    counts.set(key.join(), (counts.get(key.join()) ?? 0) + 1);
  }
  // 3 x 2 x 4 students, 100 each; five deviations.
  expect(counts.size).toBe(24);
  for (const [key, count] of counts) {
    expect(key.replaceAll('0', '')).toBe('111');
    expect(Math.abs(count - 100)).toBeLessThan(50);
  }
});
