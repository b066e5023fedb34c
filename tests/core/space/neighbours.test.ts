import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { studentFamily, familyNamesFor } from '../../../src/core/arch/families/registry.ts';
import { configurationKey } from '../../../src/core/space/candidate-key.ts';
import { enumerateFamily, randomMember, validateConfiguration } from '../../../src/core/space/lattice.ts';
import { adjacentExchange, oneExchange } from '../../../src/core/space/neighbours.ts';
import type { Configuration, Family } from '../../../src/core/space/space.ts';
import { seededChance } from '../arch/chance.ts';
import { GATED, POOLED, RULED } from './example-families.ts';

const keys = (configs: readonly Configuration[]) => configs.map(configurationKey).sort();
const students = familyNamesFor({}).map((name) => studentFamily(name, { inputShape: [28, 28, 1], classes: 10 }));
const families: readonly Family[] = [GATED, RULED, ...students];

describe('oneExchange', () => {
  it('changes one level to any other', () => {
    expect(oneExchange(RULED, { width: 4, depth: 2 })).toEqual([
      { width: 1, depth: 2 },
      { width: 3, depth: 2 },
      { width: 4, depth: 1 },
      { width: 4, depth: 3 },
    ]);
  });

  it('drops what a closing gate gates', () => {
    const closed = oneExchange(GATED, { width: 8, kind: 'attention', heads: 1, ratio: 2, shape: true });
    expect(closed).toContainEqual({ width: 8, kind: 'plain' });
    expect(closed).toContainEqual({ width: 8, kind: 'attention', heads: 1, ratio: 1 });
  });

  it('opens a gate at the default levels and at every other level of one dimension behind it', () => {
    const opened = oneExchange(GATED, { width: 8, kind: 'plain' }).filter(({ kind }) => kind === 'attention');
    expect(keys(opened)).toEqual(
      keys([
        { width: 8, kind: 'attention', heads: 2, ratio: 1 },
        { width: 8, kind: 'attention', heads: 1, ratio: 1 },
        { width: 8, kind: 'attention', heads: 2, ratio: 2, shape: false },
      ]),
    );
  });

  it('gives canonical members, each once, and never the centre', () => {
    fc.assert(
      fc.property(fc.constantFrom(...families), fc.nat(), (family, seed) => {
        const centre = randomMember(family, seededChance(seed));
        const neighbours = oneExchange(family, centre);
        expect(new Set(keys(neighbours)).size).toBe(neighbours.length);
        expect(keys(neighbours)).not.toContain(configurationKey(centre));
        for (const neighbour of neighbours) {
          expect(JSON.stringify(validateConfiguration(family, neighbour))).toBe(JSON.stringify(neighbour));
        }
      }),
    );
  });

  it('goes both ways wherever a gate opens a single dimension', () => {
    const resnet = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
    fc.assert(
      fc.property(fc.constantFrom(RULED, resnet), fc.nat(), (family, seed) => {
        const centre = randomMember(family, seededChance(seed));
        for (const neighbour of oneExchange(family, centre)) {
          expect(keys(oneExchange(family, neighbour))).toContain(configurationKey(centre));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('connects a whole family, so that a local search can reach every member', () => {
    const resnet = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
    for (const [family, exchange] of [
      [RULED, oneExchange],
      [GATED, adjacentExchange],
      [resnet, adjacentExchange],
    ] as const) {
      const all = [...enumerateFamily(family)];
      const reached = new Map(all.slice(0, 1).map((config) => [configurationKey(config), config]));
      for (const config of reached.values()) {
        for (const next of exchange(family, config)) reached.set(configurationKey(next), next);
      }
      expect(keys([...reached.values()])).toEqual(keys(all));
    }
  });

  it('stays inside a pool', () => {
    expect(oneExchange(POOLED, { width: 3, depth: 1 })).toEqual([{ width: 4, depth: 1 }]);
  });
});

describe('adjacentExchange', () => {
  it('moves ordinals one level and categories to any', () => {
    expect(keys(adjacentExchange(GATED, { width: 8, kind: 'attention', heads: 1, ratio: 1 }))).toEqual(
      keys([
        { width: 16, kind: 'attention', heads: 1, ratio: 1 },
        { width: 8, kind: 'plain' },
        { width: 8, kind: 'attention', heads: 2, ratio: 1 },
        { width: 8, kind: 'attention', heads: 1, ratio: 2, shape: false },
        { width: 8, kind: 'attention', heads: 1, ratio: 2, shape: true },
      ]),
    );
  });
});
