/** Who is better: equals, what is not there, and values that are not finite decide wrong fronts if
 * they are taken lightly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cornerOf, covers, dominates, isWithin, nondominated } from '../../../src/core/geometry/dominance.ts';

const corners = fc.integer({ min: 1, max: 4 }).chain((m) => {
  const level = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(Infinity, -Infinity));
  return fc.array(fc.array(level, { minLength: m, maxLength: m }), { maxLength: 12 });
});

describe('dominance', () => {
  it('covers equals, and dominates only with a gain somewhere', () => {
    expect([covers([1, 2], [1, 2]), dominates([1, 2], [1, 2])]).toEqual([true, false]);
    expect([covers([1, 2], [1, 3]), dominates([1, 2], [1, 3])]).toEqual([true, true]);
    expect([covers([1, 4], [1, 3]), dominates([1, 4], [2, 3])]).toEqual([false, false]);
    expect(covers([1, 9], [1, 3], 1)).toBe(true);
  });

  it('lets nothing that is not a number win or lose, or lie within a bound', () => {
    expect([covers([NaN], [1]), covers([1], [NaN]), dominates([1], [NaN])]).toEqual([false, false, false]);
    expect([isWithin([NaN], [1]), isWithin([1], [1]), isWithin([0], [1])]).toEqual([false, false, true]);
  });

  it('takes what is to be maximised the other way round, and what is missing as NaN', () => {
    const objectives = [
      { metric: 'accuracy', goal: 'maximize', known: false },
      { metric: 'params', goal: 'minimize', known: true },
    ] as const;
    expect(cornerOf({ accuracy: 0.5, params: 3 }, objectives)).toEqual([-0.5, 3]);
    expect(cornerOf({ params: 3 }, objectives)).toEqual([NaN, 3]);
  });
});

describe('what nothing dominates', () => {
  it('is what the definition says, the first of equals, infinite costs among them', () => {
    fc.assert(
      fc.property(corners, (all) => {
        const expected = all.flatMap((one, i) => {
          const loses = all.some((other, k) => dominates(other, one) || (k < i && covers(other, one)));
          return loses ? [] : [i];
        });
        expect(nondominated(all)).toEqual(expected);
      }),
    );
  });
});
