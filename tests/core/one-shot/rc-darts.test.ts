/** RC-DARTS: what is derived is within its limits, and what is within them is left alone. */
import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { allKept, byEdge, mixingSpace } from '../../../src/core/one-shot/method.ts';
import type { MixingSpace, OneShotMethod } from '../../../src/core/one-shot/method.ts';
import { oneShotMethod } from '../../../src/core/one-shot/registry.ts';
import { cellSupernet } from './spaces.ts';

const supernet = cellSupernet();
const free = mixingSpace(supernet);
const costs = free.costs();
const KEPT = allKept(free);

type Cost = 'params' | 'macs';
const COSTS: readonly Cost[] = ['params', 'macs'];
const costOf = (levels: readonly number[], cost: Cost): number =>
  byEdge(free.levels, costs[cost]).reduce((sum, edge, at) => sum + (edge[levels[at] ?? 0] ?? NaN), costs.base[cost]);
const expectedOf = (method: OneShotMethod, alpha: Float64Array, cost: Cost): number =>
  method.shares(alpha, KEPT).reduce((sum, p, path) => sum + p * (costs[cost][path] ?? NaN), costs.base[cost]);

const within = (limits: MixingSpace['limits'], options = {}): OneShotMethod =>
  oneShotMethod({ method: 'rc-darts', options }, { ...free, limits });
const darts = oneShotMethod({ method: 'darts', options: {} }, free);
const alphaBy = (seed: number, size = 2): Float64Array => {
  const rng = createRng(seed);
  return Float64Array.from(KEPT, () => size * rng.normal());
};
const dearest = (cost: Cost): number =>
  byEdge(free.levels, costs[cost]).reduce((sum, edge) => sum + Math.max(...edge), costs.base[cost]);
/** Between the cheapest and the dearest student. */
const limitsBy = (seed: number): { readonly params: number; readonly macs: number } => {
  const rng = createRng(seed + 1000);
  const at = (cost: Cost): number => costs.base[cost] + rng.uniform() * (dearest(cost) - costs.base[cost]);
  const limits = { params: at('params'), macs: at('macs') };
  return seed % 3 === 0 ? { ...limits, params: Infinity } : seed % 3 === 1 ? { ...limits, macs: Infinity } : limits;
};

describe('RC-DARTS', () => {
  test('derives students within their limits, of whatever alpha', () => {
    let [changed, unbound] = [0, 0];
    for (let seed = 0; seed < 200; seed += 1) {
      const [alpha, limits] = [alphaBy(seed), limitsBy(seed)];
      const levels = within(limits).derive(alpha, KEPT);
      for (const cost of COSTS) expect(costOf(levels, cost)).toBeLessThanOrEqual(limits[cost]);
      const unlimited = darts.derive(alpha, KEPT);
      const isWithin = COSTS.every((cost) => costOf(unlimited, cost) <= limits[cost]);
      if (isWithin) expect(levels).toEqual(unlimited);
      changed += Number(!isWithin);
      // Penalty alone does not keep to them.
      const penalised = within(limits, { projection: 0 }).derive(alpha, KEPT);
      unbound += Number(COSTS.some((cost) => costOf(penalised, cost) > limits[cost]));
    }
    expect(changed).toBeGreaterThan(40);
    expect(unbound).toBe(changed);
  });

  test('derives the cheapest where nothing else is within, to the last of its costs', () => {
    const levels = within({ params: costs.base.params, macs: costs.base.macs }).derive(alphaBy(1), KEPT);
    for (const cost of COSTS) expect(costOf(levels, cost)).toBe(costs.base[cost]);
  });

  // Of paths that save one resource and cost the other no single change may help.
  test('derives one within where costs trade against each other', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const rng = createRng(seed);
      const drawn = () => Float64Array.from(KEPT, () => rng.int(100));
      const made = { base: { params: 0, macs: 0 }, params: drawn(), macs: drawn() };
      const costIn = (levels: readonly number[], cost: Cost): number =>
        byEdge(free.levels, made[cost]).reduce((sum, edge, at) => sum + (edge[levels[at] ?? 0] ?? NaN), 0);
      const even = byEdge(free.levels, made.params).map((edge, at) => {
        const macs = byEdge(free.levels, made.macs)[at] ?? edge;
        const both = edge.map((params, level) => params + (macs[level] ?? 0));
        return both.indexOf(Math.min(...both));
      });
      const limit = Math.max(costIn(even, 'params'), costIn(even, 'macs'));
      const space = { ...free, costs: () => made, limits: { params: limit, macs: limit } };
      const levels = oneShotMethod({ method: 'rc-darts', options: {} }, space).derive(alphaBy(seed), KEPT);
      for (const cost of COSTS) expect(costIn(levels, cost)).toBeLessThanOrEqual(limit);
    }
  });

  test('gives up the least of alpha for what it saves', () => {
    // All edges have a convolution; one of them counts hardly more than the skip beside it.
    const ops = supernet.edges.map(({ paths }) => paths.length);
    const alpha = Float64Array.from(ops.flatMap((_, edge) => [0, edge === 2 ? 0.9 : 0, 0, 1]));
    const one = costOf([0, 0, 0, 0, 0, 3], 'params') - costs.base.params;
    const limits = { params: costs.base.params + 5 * one, macs: Infinity };
    expect(within(limits).derive(alpha, KEPT)).toEqual([3, 3, 1, 3, 3, 3]);
  });

  test('leaves an alpha within its limits as it is, and moves one that is not to where it is', () => {
    let moved = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const [alpha, limits] = [alphaBy(seed, 1), limitsBy(seed)];
      const method = within(limits);
      const projected = method.project?.(alpha, 1) ?? new Float64Array();
      const isWithin = (at: Float64Array): boolean =>
        COSTS.every((cost) => expectedOf(method, at, cost) <= limits[cost]);
      if (isWithin(alpha)) expect(projected).toEqual(alpha);
      else moved += 1;
      expect(isWithin(projected), `seed ${seed}`).toBe(true);
      expect(projected.every(Number.isFinite)).toBe(true);
    }
    expect(moved).toBeGreaterThan(15);
  });

  test('moves alpha no further than it has to', () => {
    const alpha = alphaBy(4, 1);
    const macs = 0.9 * expectedOf(darts, alpha, 'macs');
    const method = within({ params: Infinity, macs });
    const projected = method.project?.(alpha, 1) ?? alpha;
    expect(expectedOf(method, projected, 'macs') / macs).toBeGreaterThan(0.99);
    // Along the slope of the cost, to first order: paths of no cost gain what the others lose.
    const moves = projected.map((value, path) => value - (alpha[path] ?? 0));
    for (const edge of byEdge(free.levels, moves)) expect(edge.reduce((sum, move) => sum + move, 0)).toBeCloseTo(0, 2);
  });

  test('lowers its limits from the cost of the start over the first half of the search', () => {
    const alpha = Float64Array.from(KEPT, () => 0);
    const start = expectedOf(darts, alpha, 'macs');
    const macs = costs.base.macs + 0.2 * (start - costs.base.macs);
    const method = within({ params: Infinity, macs });
    const after = (progress: number): number => expectedOf(method, method.project?.(alpha, progress) ?? alpha, 'macs');
    expect(after(0)).toBeCloseTo(start, 6);
    expect(after(0.25)).toBeLessThanOrEqual((start + macs) / 2);
    expect(after(0.25)).toBeGreaterThan(((start + macs) / 2) * 0.99);
    for (const progress of [0.5, 1]) expect(after(progress)).toBeLessThanOrEqual(macs);
  });

  test('ends with finite numbers where the expected student can only come near its limits', () => {
    const method = within({ params: costs.base.params, macs: costs.base.macs });
    const projected = method.project?.(alphaBy(2), 1) ?? new Float64Array([NaN]);
    expect(projected.every(Number.isFinite)).toBe(true);
  });

  // The penalty's slope is that of mu times the squared excess.
  test('with the penalty alone, has its slope, and nothing else that keeps to limits', () => {
    const alpha = alphaBy(6, 1);
    const limits = { params: 0.8 * expectedOf(darts, alpha, 'params'), macs: 0.7 * expectedOf(darts, alpha, 'macs') };
    const method = within(limits, { projection: 0, penalty: 3 });
    expect(method.project).toBeUndefined();
    const penaltyAt = (at: Float64Array): number =>
      COSTS.reduce((sum, cost) => sum + 3 * Math.max(0, expectedOf(method, at, cost) / limits[cost] - 1) ** 2, 0);
    const slope = method.slope?.(alpha) ?? new Float64Array();
    for (const [path, value] of alpha.entries()) {
      const h = 1e-5;
      const difference = (penaltyAt(alpha.with(path, value + h)) - penaltyAt(alpha.with(path, value - h))) / (2 * h);
      expect(slope[path]).toBeCloseTo(difference, 6);
    }
  });

  test('is DARTS without limits', () => {
    const method = within({ params: Infinity, macs: Infinity });
    expect([method.project, method.slope]).toEqual([undefined, undefined]);
    expect(method.derive(alphaBy(3), KEPT)).toEqual(darts.derive(alphaBy(3), KEPT));
  });
});

test.each(COSTS)('limits of %s below the cheapest student are refused by every method, in words', (cost) => {
  const limits = { params: Infinity, macs: Infinity, [cost]: costs.base[cost] - 1 };
  for (const method of ['darts', 'rc-darts', 'shared-random']) {
    expect(() => oneShotMethod({ method, options: {} }, { ...free, limits })).toThrow(
      `limits.${cost}: the cheapest student of the network that holds them all has ${costs.base[cost]} ${cost}`,
    );
  }
});
