import { describe, expect, it } from 'vitest';
import { costCache } from '../../../src/core/space/cost-cache.ts';
import type { Family } from '../../../src/core/space/space.ts';
import { RULED } from './example-families.ts';

describe('costCache', () => {
  it('asks the family once for a candidate and keeps families apart', () => {
    const asked: string[] = [];
    const counting = (name: string, params: number): Family => ({
      ...RULED,
      name,
      costs: (config) => {
        asked.push(`${name} ${config['width']}`);
        return { params };
      },
    });
    const costs = costCache({ families: [counting('a', 1), counting('b', 2)] });
    expect(costs({ family: 'a', config: { width: 1, depth: 2 } })).toEqual({ params: 1 });
    expect(costs({ family: 'a', config: { depth: 2, width: 1 } })).toEqual({ params: 1 });
    expect(costs({ family: 'b', config: { width: 1, depth: 2 } })).toEqual({ params: 2 });
    expect(asked).toEqual(['a 1', 'b 1']);
  });

  it('refuses a family that is not in the space', () => {
    expect(() => costCache({ families: [RULED] })({ family: 'other', config: {} })).toThrow('no family "other"');
  });
});
