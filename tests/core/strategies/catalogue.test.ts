import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/core/objective.ts';
import type { Configuration, Family } from '../../../src/core/space/space.ts';
import { createCatalogue, testing } from '../../../src/core/strategies/catalogue.ts';

const { CATALOGUE } = testing;

/** A family of two dimensions that counts how often a member's costs are computed. */
function counted(name: string, levels: number): { readonly family: Family; readonly timesOf: (x: number) => number } {
  const times = new Map<number, number>();
  const dimension = (of: string, count: number) =>
    ({
      name: of,
      title: of,
      role: 'other',
      type: 'ordinal',
      levels: Array.from({ length: count }, (_, i) => i),
    }) as const;
  const costs = ({ x, y }: Configuration) => {
    if (y === 0) times.set(Number(x), (times.get(Number(x)) ?? 0) + 1);
    return { params: 1 + Number(x) };
  };
  return {
    family: { name, title: name, dimensions: [dimension('x', levels), dimension('y', 40)], costs },
    timesOf: (x) => times.get(x) ?? 0,
  };
}

const problemOf = (families: readonly Family[]): Problem => ({
  space: { families },
  objectives: [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: 'params', goal: 'minimize', known: true },
  ],
  limits: [],
  reference: {},
  budget: 10,
});

describe('costs of candidates', () => {
  const admitAll = (catalogue: ReturnType<typeof createCatalogue>, family: string, from: number, to: number): void => {
    for (let x = from; x < to; x++) catalogue.admit({ family, config: { x, y: 0 } });
  };

  it('are computed once for a family that is listed whole, whatever else was asked for', () => {
    const small = counted('small', 12);
    const large = counted('large', 40_000);
    const catalogue = createCatalogue(problemOf([small.family, large.family]), 1);
    admitAll(catalogue, 'large', 0, 3 * CATALOGUE.remembered);
    admitAll(catalogue, 'small', 0, 12);
    for (let x = 0; x < 12; x++) expect(small.timesOf(x)).toBe(1);
  });

  it('are remembered of the last candidates of a large family, and no longer of those left behind', () => {
    const large = counted('large', 40_000);
    const catalogue = createCatalogue(problemOf([large.family]), 1);
    const sampled = new Set(catalogue.families[0]?.members.map(({ candidate }) => candidate.config['x']));
    const first = Array.from({ length: 100 }, (_, x) => x).filter((x) => !sampled.has(x));
    expect(first.length).toBeGreaterThan(50);
    for (let round = 0; round < 3; round++) admitAll(catalogue, 'large', 0, 100);
    for (const x of first) expect(large.timesOf(x)).toBe(1);
    admitAll(catalogue, 'large', 100, 100 + 3 * CATALOGUE.remembered);
    admitAll(catalogue, 'large', 0, 100);
    for (const x of first) expect(large.timesOf(x)).toBe(2);
  });

  it('belong to one member for as long as they are remembered', () => {
    const large = counted('large', 40_000);
    const { admit } = createCatalogue(problemOf([large.family]), 1);
    const candidate = { family: 'large', config: { x: 5, y: 0 } };
    expect(admit(candidate)).toBe(admit({ ...candidate }));
  });
});
