import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';

const level = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
// JSON has no -0; no level is one.
const plain = level.map((value) => (Object.is(value, -0) ? 0 : value));
const config = fc.dictionary(fc.string(), plain, { noNullPrototype: true });
const candidate = fc.record({ family: fc.stringMatching(/^[a-z][a-z0-9-]*$/), config });

describe('candidateKey', () => {
  it('comes back as the candidate it was made of', () => {
    fc.assert(
      fc.property(candidate, (one) => {
        const key = candidateKey(one);
        const start = key.indexOf('{');
        expect({ family: key.slice(0, start), config: JSON.parse(key.slice(start)) as unknown }).toEqual(one);
      }),
    );
  });

  it('does not depend on the order of the levels', () => {
    const left = candidateKey({ family: 'resnet', config: { width: 16, blocks: 2 } });
    expect(left).toBe(candidateKey({ family: 'resnet', config: { blocks: 2, width: 16 } }));
    expect(left).toBe('resnet{"blocks":2,"width":16}');
  });

  it('is the JSON of its levels, names sorted, however many orders of names come by turns', () => {
    const configs = Array.from({ length: 40 }, (_, i) => ({ [`z${i}`]: 0.1 * i, a: 'x"y', [`b${i % 7}`]: 1e21 }));
    for (const one of [...configs, ...configs]) {
      const sorted = Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
      expect(candidateKey({ family: 'f', config: one })).toBe(`f${JSON.stringify(sorted)}`);
    }
  });

  it('tells a number from its text and a family from another', () => {
    const keys = [
      candidateKey({ family: 'a', config: { x: 1 } }),
      candidateKey({ family: 'a', config: { x: '1' } }),
      candidateKey({ family: 'a', config: { x: true } }),
      candidateKey({ family: 'a', config: { x: 'true' } }),
      candidateKey({ family: 'b', config: { x: 1 } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
