/** Families that grow by layers: which members one becomes by a layer more. */
import { describe, expect, it } from 'vitest';
import { configurationKey } from '../../../src/core/space/candidate-key.ts';
import { grown, growthLevel, growthWhere, mostGrowth, withoutGrowth } from '../../../src/core/space/growth.ts';
import { enumerateFamily } from '../../../src/core/space/lattice.ts';
import { familySize } from '../../../src/core/space/size.ts';
import { MADE_UP } from '../strategies/made-up-fusions.ts';
import { GATED } from './example-families.ts';

const all = [...enumerateFamily(MADE_UP)];
const keys = (configs: readonly (typeof all)[number][]): string[] => configs.map(configurationKey).sort();

describe('growth', () => {
  it('counts layers as the family does', () => {
    expect(familySize(MADE_UP)).toBe(36 + 864 + 20_736);
    expect(mostGrowth(MADE_UP)).toBe(2);
    expect([0, 1, 2].map((level) => all.filter((one) => growthLevel(MADE_UP, one) === level).length)).toEqual([
      36, 864, 20_736,
    ]);
  });

  // A layer that is left out, or one that changes what stood before it, would be another search.
  it('gives exactly the members that have one layer more and agree in all others', () => {
    for (const config of [all[5], all[36 + 500]]) {
      const { layers, ...rest } = config ?? {};
      const expected = all.filter(
        (one) =>
          one['layers'] === Number(layers) + 1 && Object.entries(rest).every(([name, level]) => one[name] === level),
      );
      expect(expected).toHaveLength(24);
      expect(keys(grown(MADE_UP, config ?? {}))).toEqual(keys(expected));
    }
  });

  it('ends with the last layer, and goes back to the first', () => {
    const deepest = all.at(-1) ?? {};
    expect(grown(MADE_UP, deepest)).toEqual([]);
    const { inputs1 = '', op1 = '', act1 = '' } = deepest;
    expect(withoutGrowth(MADE_UP, deepest)).toEqual({ layers: 1, inputs1, op1, act1 });
  });

  it('knows from which layer on a choice is there', () => {
    const where = MADE_UP.dimensions.map((dimension) => growthWhere(MADE_UP, dimension));
    expect(where).toEqual([0, 0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it('is none of a family that counts no layers', () => {
    const [config = {}] = enumerateFamily(GATED);
    expect(grown(GATED, config)).toEqual([]);
    expect(mostGrowth(GATED)).toBe(0);
    expect(withoutGrowth(GATED, config)).toBe(config);
  });
});
