/** A run that is duplicated asks for what it was asked for: back to a search as people write it,
 * and out of that the same again. */
import { describe, expect, it } from 'vitest';
import { inputOf } from '../../src/bridge/config/config-input.ts';
import { expandConfig } from '../../src/bridge/config/expand-config.ts';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { familied } from '../support/familied.ts';

const LARGEST = { params: 2e6, macs: 5e7 };

describe('the search that a configuration came from', () => {
  it.each<[string, Partial<SearchInput>]>([
    ['the defaults', {}],
    ['a budget in epochs', { budget: { epochs: 144 } }],
    ['limits, a latency and few images', { limits: { macs: 1e6, latencyMs: 2 }, trainImages: 500, slots: 3 }],
    ['a latency objective in tfjs', { objectives: ['accuracy', 'latencyMs'], latency: { engine: 'tfjs', batch: 1 } }],
    ['a reward', { objectives: ['reward'], reward: { cost: 'params', target: 1e5, over: -1 } }],
    ['earlier runs and options', { transferFrom: ['r1', 'r2'], strategy: { id: 'tpe', options: { a: 1, b: 'x' } } }],
    ['the table of the program to begin with', { dataset: 'mine', prior: 'shipped' }],
    [
      'given students',
      {
        strategy: { id: 'listed', options: { seeds: 2 } },
        students: [{ family: 'vit', config: { depth: 2, cls: true } }],
        studentsFrom: 'r1',
      },
    ],
    ['another recipe', { recipe: { epochs: 3, distillation: { loss: 'none' } }, checkpoints: { keep: 'front' } }],
  ])('of %s', (_what, more) => {
    const config = expandConfig(familied(searchInputSchema.parse({ name: 'One', ...more })), LARGEST);
    const again = expandConfig(inputOf({ ...config, datasetFingerprint: 'abc' }), LARGEST);
    expect(again).toEqual(config);
  });

  it('of given students has their families alone, and the trainings that their seeds come to', () => {
    const students = ['vit', 'resnet', 'vit'].map((family, width) => ({ family, config: { width } }));
    const input = { name: 'One', families: ['convnext'], budget: { trials: 7 }, students };
    const expanded = (options: object): ReturnType<typeof expandConfig> =>
      expandConfig(familied(searchInputSchema.parse({ ...input, strategy: { id: 'listed', options } })), LARGEST);
    expect(expanded({})).toMatchObject({ families: ['vit', 'resnet'], budget: { trials: 9 } });
    expect(expanded({ seeds: 1 }).budget).toEqual({ trials: 3 });
    for (const seeds of [0, 1.5, 101]) expect(() => expanded({ seeds })).toThrow('whole number from 1 to 100');
  });

  it('keeps the reference accuracy of an earlier version, whatever the data say today', () => {
    const config = expandConfig(familied(searchInputSchema.parse({ name: 'One' })), LARGEST, { baseline: 0.1 });
    const old = { ...config, reference: { ...config.reference, accuracy: 0.5 } };
    expect(expandConfig(inputOf(old), LARGEST, { baseline: 0.1 }).reference['accuracy']).toBe(0.5);
  });

  it('begins with nothing where nobody says so: searches written before there was a prior stay what they were', () => {
    const config = expandConfig(familied(searchInputSchema.parse({ name: 'One', dataset: 'mine' })), LARGEST);
    expect(config.priorFrom).toBeUndefined();
    expect(inputOf(config).prior).toBe('none');
  });

  it('is refused where a run of another version asks for what is not known here', () => {
    const config = expandConfig(familied(searchInputSchema.parse({ name: 'One' })), LARGEST);
    const odd = { ...config, objectives: [{ metric: 'energy', goal: 'minimize', known: false } as const] };
    expect(() => inputOf(odd)).toThrow();
  });
});
