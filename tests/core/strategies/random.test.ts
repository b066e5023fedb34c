import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import type { Member } from '../../../src/core/strategies/catalogue.ts';
import { drawMember } from '../../../src/core/strategies/random.ts';
import { familiesProblem, manyFamilies, vastProblem } from '../../contract/strategy-problems.ts';

const drawAll = (catalogue: ReturnType<typeof createCatalogue>, count: number, asked = new Set<string>()): Member[] => {
  const all: Member[] = [];
  for (let position = 0; position < count; position++) {
    const member = drawMember(catalogue, 5, position, asked);
    if (!member) break;
    all.push(member);
  }
  return all;
};

describe('a draw by chance', () => {
  it('gives each family the same share, however many students it has', () => {
    const all = drawAll(createCatalogue(familiesProblem(), 1), 900);
    // 57, 12 and 3 students; a share of 300 has a standard error of 14.
    for (const name of ['plain', 'gated', 'pooled']) {
      const own = all.filter(({ candidate }) => candidate.family === name).length;
      expect(Math.abs(own - 300)).toBeLessThan(5 * 14);
    }
  });

  it('is about uniform in log cost, where most students are dear', () => {
    const catalogue = createCatalogue(vastProblem(), 1);
    const costs = catalogue.families[0]!.members.map(({ costs }) => Math.log(costs['params']!));
    const [low, high] = [Math.min(...costs), Math.max(...costs)];
    const place = (cost: number): number => (cost - low) / (high - low);
    const cheap = (values: readonly number[]): number =>
      values.filter((value) => place(value) < 1 / 3).length / values.length;
    const drawn = drawAll(catalogue, 300).map(({ costs }) => Math.log(costs['params']!));
    expect(cheap(costs)).toBeLessThan(0.1);
    expect(Math.abs(cheap(drawn) - 1 / 3)).toBeLessThan(0.15);
  });

  it('takes other families when one is exhausted, and ends when all are', () => {
    const catalogue = createCatalogue(manyFamilies(3), 1);
    const asked = new Set<string>();
    for (let position = 0; position < 36; position++) asked.add(drawMember(catalogue, 5, position, asked)!.key);
    expect(asked.size).toBe(36);
    expect(drawMember(catalogue, 5, 36, asked)).toBeUndefined();
  });

  it('goes past the sample of a large family when all of it is asked, within the limits', () => {
    const catalogue = createCatalogue(vastProblem({ limits: [{ metric: 'params', max: 22 }] }), 1);
    const asked = new Set(catalogue.families[0]!.members.map(({ key }) => key));
    expect(asked.size).toBe(1);
    for (let position = 0; position < 80; position++) {
      const member = drawMember(catalogue, 5, position, asked)!;
      expect(asked.has(member.key)).toBe(false);
      expect(member.costs['params']).toBeLessThanOrEqual(22);
      asked.add(member.key);
    }
  });
});
