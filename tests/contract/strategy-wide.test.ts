/** Every strategy on families that are too large to list, where few members are within the
 * limit. */
import { describe, expect, it } from 'vitest';
import { defaultFamilyNames, sampleTask, studentSpace } from '../../src/core/arch/families/registry.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { createCatalogue } from '../../src/core/strategies/catalogue.ts';
import { CONTESTANTS } from './contestants.ts';
import { costsOf, keys, playOut, start } from './strategy-game.ts';
import { createProblem } from './strategy-problems.ts';

const LIMIT = 5_000;
/** Written for students twenty times as large: under the limit stands one in thousands. */
const KIND = { kind: 'wide', scale: 100_000 } as const;
const SPACE = studentSpace(['resnet', 'mobilenet-v3', 'vit'], { inputShape: [28, 28, 1], classes: 10 }, KIND);
const STEPS = studentSpace([...defaultFamilyNames(sampleTask('gru')), 'fusion'], sampleTask('gru'), KIND);

const problem = (max = LIMIT, { families } = SPACE) =>
  createProblem(families, {
    limits: [{ metric: 'params', max }],
    budget: 12,
    reference: { accuracy: 0, params: max },
  });

describe.each(CONTESTANTS)('%s on a wide space', (id) => {
  it('proposes new students within a tight limit to the end of its budget', () => {
    const game = start(id, problem());
    const all = playOut(game, { batch: 2 });
    expect(all.length).toBe(12);
    for (const proposal of all) expect(costsOf(game.problem, proposal)['params']).toBeLessThanOrEqual(LIMIT);
  });

  it('proposes new students over steps as it does over pictures', () => {
    const game = start(id, problem(LIMIT, STEPS));
    const all = playOut(game, { batch: 2 });
    expect(new Set(keys(all)).size).toBe(12);
    for (const proposal of all) expect(costsOf(game.problem, proposal)['params']).toBeLessThanOrEqual(LIMIT);
  });

  it('answers alike when its log is folded again', () => {
    const game = start(id, problem());
    for (const proposal of game.ask(4)) game.tell(proposal);
    expect(keys(game.resume().ask(2).proposals)).toEqual(keys(game.strategy.ask(2).proposals));
  });
});

describe('a catalogue of a wide space', () => {
  it('holds many members of each family, from the cheapest up to the limit', () => {
    for (const { family, whole, members } of createCatalogue(problem(), 1).families) {
      expect(whole).toBe(false);
      expect(members.length, family.name).toBeGreaterThan(50);
      const params = members.map(({ costs }) => costs['params'] ?? NaN);
      expect(Math.max(...params)).toBeGreaterThan(0.9 * LIMIT);
      expect(Math.min(...params)).toBeLessThan(0.5 * LIMIT);
    }
  });

  it('is refused only when the cheapest member there is exceeds the limit, which is then named', () => {
    const least = Math.min(...SPACE.families.map((family) => family.cheapest?.()[0]?.params ?? NaN));
    expect(createCatalogue(problem(least), 1).families.flatMap(({ members }) => members).length).toBeGreaterThan(0);
    expect(() => createCatalogue(problem(least - 1), 1)).toThrow(WorkbenchError);
    expect(() => createCatalogue(problem(least - 1), 1)).toThrow(new RegExp(`least of any candidate is ${least}\\b`));
  });
});
