import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { studentSpace } from '../../../src/core/arch/families/registry.ts';
import { configurationKey } from '../../../src/core/space/candidate-key.ts';
import {
  activeDimensions,
  canonicalise,
  completeConfiguration,
  enumerateFamily,
  enumerateSpace,
  isMember,
  randomMember,
  validateCandidate,
  validateConfiguration,
} from '../../../src/core/space/lattice.ts';
import { familySize } from '../../../src/core/space/size.ts';
import { spaceSize } from '../../support/space-size.ts';
import type { Configuration, Family } from '../../../src/core/space/space.ts';
import { seededChance } from '../arch/chance.ts';
import { GATED, POOLED, RULED } from './example-families.ts';

const names = (family: Family, config: Configuration) => activeDimensions(family, config).map(({ name }) => name);

describe('activeDimensions', () => {
  it('follows gates, and gates of gates', () => {
    expect(names(GATED, { kind: 'plain' })).toEqual(['width', 'kind']);
    expect(names(GATED, { kind: 'attention' })).toEqual(['width', 'kind', 'heads', 'ratio']);
    expect(names(GATED, { kind: 'attention', ratio: 2 })).toEqual(['width', 'kind', 'heads', 'ratio', 'shape']);
  });

  it('does not let an inactive gate open anything', () => {
    expect(names(GATED, { kind: 'plain', ratio: 2 })).toEqual(['width', 'kind']);
  });

  it('refuses a family whose gate stands after what it gates, instead of never opening it', () => {
    const reversed: Family = { ...GATED, dimensions: [...GATED.dimensions].reverse() };
    expect(() => activeDimensions(reversed, { ratio: 2 })).toThrow('gated.shape is gated by "ratio", which must stand');
  });
});

describe('canonical form', () => {
  it('orders levels as the family does and drops what is not active', () => {
    const config = canonicalise(GATED, { ratio: 2, shape: true, kind: 'plain', width: 8 });
    expect(JSON.stringify(config)).toBe('{"width":8,"kind":"plain"}');
  });

  it('does not invent a missing level', () => {
    expect(() => canonicalise(GATED, { width: 8 })).toThrow('config.kind is missing');
  });

  it('fills in the reference level, else the middle or first one, when asked to', () => {
    expect(completeConfiguration(GATED, {})).toEqual(GATED.reference);
    expect(completeConfiguration(GATED, { kind: 'attention', ratio: 2 })).toMatchObject({ width: 16, shape: false });
    expect(completeConfiguration(RULED, {})).toEqual({ width: 2, depth: 2 });
  });
});

describe('validateCandidate', () => {
  const space = { families: [GATED, RULED, POOLED] };

  it.each<readonly [string, string, Configuration, string]>([
    ['a family that is not there', 'resnet', {}, 'no family "resnet" in this space. Choose from: gated, ruled, pooled'],
    ['a dimension that is not there', 'ruled', { wdith: 1 }, 'config.wdith is not a dimension of ruled: it has width'],
    ['a level that is not there', 'ruled', { width: 5, depth: 1 }, 'config.width cannot be 5: choose 1, 2, 3, 4'],
    ['a number given as text', 'ruled', { width: '1', depth: 2 }, 'config.width cannot be "1"'],
    ['a missing level', 'ruled', { width: 1 }, 'config.depth is missing: choose 1, 2, 3'],
    ['a level behind a closed gate', 'gated', { width: 8, kind: 'plain', heads: 1 }, 'only when kind is "attention"'],
    ['an illegal combination', 'ruled', { width: 1, depth: 1 }, 'config is no member of ruled'],
    ['what is not in the pool', 'pooled', { width: 1, depth: 2 }, 'config is no member of pooled'],
  ])('refuses %s and names the field', (_what, family, config, message) => {
    expect(() => validateCandidate(space, { family, config })).toThrow(message);
  });

  it('gives back the canonical candidate', () => {
    const candidate = validateCandidate(space, { family: 'ruled', config: { depth: 2, width: 1 } });
    expect(JSON.stringify(candidate)).toBe('{"family":"ruled","config":{"width":1,"depth":2}}');
  });
});

describe('enumeration', () => {
  it.each([
    [GATED, 21],
    [RULED, 9],
    [POOLED, 2],
  ])('gives every member once, in canonical form, as many as counted (%#)', (family, size) => {
    const members = [...enumerateFamily(family)];
    expect(members.length).toBe(size);
    expect(familySize(family)).toBe(size);
    expect(new Set(members.map(configurationKey)).size).toBe(size);
    for (const member of members) {
      expect(JSON.stringify(validateConfiguration(family, member))).toBe(JSON.stringify(member));
    }
  });

  it('is lazy, so that the first members of a huge family cost nothing', () => {
    const dimension = RULED.dimensions[0];
    const dimensions = Array.from({ length: 40 }, (_, index) => ({ ...dimension!, name: `d${index}` }));
    const huge: Family = { ...RULED, dimensions, isLegal: undefined };
    expect(Object.keys(enumerateFamily(huge).next().value ?? {}).length).toBe(40);
    expect(familySize(huge)).toBe(4 ** 40);
  });

  it('covers a space family by family', () => {
    const space = studentSpace(['resnet', 'vit'], { inputShape: [28, 28, 1], classes: 10 });
    expect([...enumerateSpace(space)].length).toBe(spaceSize(space));
  });
});

describe('randomMember', () => {
  it.each([GATED, RULED, POOLED])('reaches every member and nothing else (%#)', (family) => {
    const chance = seededChance(7);
    const drawn = Array.from({ length: 2000 }, () => randomMember(family, chance));
    for (const member of drawn) expect(isMember(family, member)).toBe(true);
    expect(new Set(drawn.map((member) => JSON.stringify(member)))).toEqual(
      new Set([...enumerateFamily(family)].map((member) => JSON.stringify(member))),
    );
  });

  it('draws every level of an open dimension equally often', () => {
    const chance = seededChance(3);
    const drawn = Array.from({ length: 6000 }, () => randomMember(GATED, chance)['width']);
    // Binomial(6000, 1/3): mean 2000, standard deviation 36.5; the seed is fixed.
    for (const width of [8, 16, 32]) {
      expect(Math.abs(drawn.filter((one) => one === width).length - 2000)).toBeLessThan(4 * 36.5);
    }
  });

  it('repeats itself for the same chance', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(randomMember(GATED, seededChance(seed))).toEqual(randomMember(GATED, seededChance(seed)));
      }),
    );
  });

  it('finds the one legal member among very many, and says so when there is none', () => {
    const levels = Array.from({ length: 200 }, (_, index) => index);
    const dimensions = RULED.dimensions.map((dimension) => ({ ...dimension, levels }));
    const rare: Family = { ...RULED, dimensions, isLegal: ({ width, depth }) => width === 150 && depth === 3 };
    expect(randomMember(rare, seededChance(1))).toEqual({ width: 150, depth: 3 });
    expect(() => randomMember({ ...RULED, isLegal: () => false }, seededChance(1))).toThrow('has no members');
  });
});
