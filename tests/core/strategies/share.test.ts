import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { owedFamilies } from '../../../src/core/strategies/trade/share.ts';
import type { Problem } from '../../../src/core/objective.ts';
import { familiesProblem, singleObjective } from '../../contract/strategy-problems.ts';

const problem = familiesProblem({ objectives: singleObjective, budget: 40 });
const catalogue = createCatalogue(problem, 1);
const names = catalogue.families.map(({ family }) => family.name);
const of = (family: string | undefined, count: number) =>
  Array.from({ length: count }, () => ({ candidate: { family: family ?? '', config: {} } }));

describe('what every family is owed', () => {
  it('is half of an even share of what comes after the start: those below it, the furthest behind first', () => {
    const [a, b, c] = names;
    expect(names).toHaveLength(3);
    // 34 proposals of a budget of 40, whose first 10 are the start's: an even share of the others is 8, the floor 4.
    expect(owedFamilies(catalogue, [...of(a, 29), ...of(b, 3), ...of(c, 2)])).toEqual([c, b]);
    expect(owedFamilies(catalogue, [...of(a, 26), ...of(b, 4), ...of(c, 4)])).toEqual([]);
  });

  it('is nothing while the start lasts, whatever it held', () => {
    expect(owedFamilies(catalogue, [])).toEqual([]);
    expect(owedFamilies(catalogue, of(names[0], 10))).toEqual([]);
  });
});

/** One family is better than the others by far, whatever its configuration: nothing else would ever be promised more. */
function play(budget: number) {
  const game: Problem = { ...problem, budget };
  const strategy = openStrategy('trade', { problem: game, seed: 3, options: { references: false } });
  const proposed: { family: string; owed: boolean | undefined }[] = [];
  for (let i = 0; i < budget; i++) {
    const asked = strategy.ask(1);
    strategy.fold(asked);
    for (const { trial, candidate, why } of asked.proposals) {
      proposed.push({ family: candidate.family, owed: why.owed });
      const accuracy = candidate.family === names[0] ? 0.9 + 0.001 * (trial % 7) : 0.2;
      strategy.fold({ type: 'told', trial, metrics: { accuracy } });
    }
  }
  return proposed;
}

describe('a search among families of which one looks best', () => {
  it('goes on trying the others at their share, and says that it does so for that', () => {
    const proposed = play(40);
    for (const { family, members } of catalogue.families.slice(1)) {
      const count = proposed.filter((one) => one.family === family.name).length;
      expect(count, family.name).toBeGreaterThanOrEqual(Math.min(4, members.length));
    }
    expect(proposed.some(({ owed }) => owed === true)).toBe(true);
    expect(proposed.filter(({ family, owed }) => owed === true && family === names[0])).toEqual([]);
  });
});
