/** The study of inherited weights: which pairs it trains, and which figures come out. */
import { describe, expect, it } from 'vitest';
import { overlay } from '../../scripts/inherit-study/overlay.ts';
import { PAIRS, pairsOf, PARENTS } from '../../scripts/inherit-study/plan.ts';
import { figuresOf, summarise } from '../../scripts/inherit-study/summary.ts';
import type { ChildRow } from '../../scripts/inherit-study/summary.ts';
import { createRng } from '../../src/core/math/rng.ts';
import type { Layout, WeightSlot } from '../../src/compute/model/parameters.ts';

describe('the plan', () => {
  it('has sixty children of the lattice, each once, and no parent among them', () => {
    const pairs = pairsOf();
    const children = new Set(pairs.map(({ child }) => child.id));
    const parents = new Set(pairs.map(({ parent }) => parent.id));
    expect([children.size, parents.size]).toEqual([PAIRS, PARENTS]);
    expect([...children].filter((id) => parents.has(id))).toEqual([]);
    for (const { child, parent } of pairs) expect([child.set, parent.set]).toEqual(['lattice', 'lattice']);
  });
});

describe('figures', () => {
  const recorded = new Map(
    Array.from({ length: 60 }, (_, index) => [`c${index}`, { scratch: 0.8 + index / 1000, test: 0.85 + index / 1000 }]),
  );
  const rows = (accuracyOf: (index: number) => number, count = 60): readonly ChildRow[] =>
    Array.from({ length: count }, (_, index) => {
      const id = `inherit/c${index}`;
      const facts = { parent: 'p', seed: 1, epochs: 2, cpuSeconds: 1 };
      return { ...facts, id, kind: 'child', arm: 'inherit', child: `c${index}`, accuracy: accuracyOf(index) };
    });

  it('are the points over scratch, and the rank correlation with the test of the other seed', () => {
    const [scratch, own] = figuresOf(
      rows((index) => 0.83 + index / 1000),
      recorded,
    );
    expect(scratch).toMatchObject({ arm: 'scratch', children: 60, gain: 0, tau: 1 });
    expect(own?.gain).toBeCloseTo(3, 9);
    expect(own?.gainError).toBeCloseTo(0, 9);
    expect([own?.tau, own?.tauError]).toEqual([1, 0]);
    expect(
      summarise(
        figuresOf(
          rows((index) => 0.9 - index / 1000),
          recorded,
        ),
      ),
    ).toContain('gate of 0.8: not passed');
  });

  it('know how sure they are: of n pairs without any relation tau spreads by about 2 / (3 sqrt n)', () => {
    const { uniform } = createRng(3);
    const [, own] = figuresOf(rows(uniform), recorded);
    // Of no relation: variance 2 (2n + 5) / (9n (n - 1)), .0877 of 60.
    expect(own?.tauError).toBeGreaterThan(0.06);
    expect(own?.tauError).toBeLessThan(0.12);
  });

  it('are of the children that were trained so far', () => {
    expect(
      figuresOf(
        rows(() => 0.9, 10),
        recorded,
      )[1]?.children,
    ).toBe(10);
  });
});

it('an overlay is the leading block of a weight, over windows of one size', () => {
  const slot = (name: string, shape: readonly number[]): WeightSlot => ({
    ...{ name, layerId: name, size: shape.reduce((product, size) => product * size, 1) },
    spec: { name, shape, init: 'zeros', trainable: true, decay: false },
  });
  const layout = (...trainable: readonly WeightSlot[]): Layout => ({ trainable, other: [], kept: [], params: 0 });
  const counting = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index + 1);
  const own = layout(slot('a', [3, 3]), slot('b', [1, 1, 2, 2]), slot('c', [3, 3, 1, 1]));
  const fresh = new Map([9, 4, 9].map((size, index) => [['a', 'b', 'c'][index] ?? '', new Float32Array(size)]));
  const parent = layout(slot('a', [2, 2]), slot('b', [1, 1, 2, 3]), slot('c', [5, 5, 1, 1]));
  const known = new Map([4, 6, 25].map((size, index) => [['a', 'b', 'c'][index] ?? '', counting(size)]));
  const weights = overlay(own, fresh, parent, known);
  expect([...(weights.get('a') ?? [])]).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0]);
  expect([...(weights.get('b') ?? [])]).toEqual([1, 2, 4, 5]);
  expect([...(weights.get('c') ?? [])]).toEqual(Array(9).fill(0));
});
