import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expandConfig } from '../../src/bridge/config/expand-config.ts';
import { nearestWord, testing as nearestWordTesting } from '../../src/bridge/words/nearest-word.ts';
import { parseSearch, parseSearchText, testing as parseConfigTesting } from '../../src/bridge/config/parse-config.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { familied } from '../support/familied.ts';

const { searchJsonSchema } = parseConfigTesting;
const { editDistance } = nearestWordTesting;

function fault(run: () => unknown): WorkbenchError {
  try {
    run();
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseSearch', () => {
  it.each([
    [{ name: 'x', bugdet: { trials: 3 } }, 'bugdet', 'unknown key "bugdet": did you mean "budget"?'],
    [{ name: 'x', budget: { trails: 3 } }, 'budget.trails', 'unknown key "trails" in budget: did you mean "trials"?'],
    [{ name: 'x', recipe: { augmentation: { flop: true } } }, 'recipe.augmentation.flop', 'did you mean "flip"?'],
    [{ name: 'x', budget: { trials: 0 } }, 'budget.trials', 'but it is 0'],
    [{ name: 'x', recipe: { epochs: 'three' } }, 'recipe.epochs', 'but it is "three"'],
    [{ name: 'x', limits: { params: Infinity } }, 'limits.params', 'limits.params'],
    [{ bugdet: {} }, 'bugdet', 'And 1 more'],
    [{}, 'name', 'name'],
    [[], undefined, 'the search'],
    [null, undefined, 'the search'],
  ])('names file and field of %j', (value, field, words) => {
    const error = fault(() => parseSearch(value, 'my.json'));
    expect(error.code).toBe('config.invalid');
    expect(error.place).toEqual({ file: 'my.json', ...(field !== undefined && { field }) });
    expect(error.message).toContain('my.json: ');
    expect(error.message).toContain(words);
  });

  it('says of a key that resembles none which ones there are', () => {
    const error = fault(() => parseSearch({ name: 'x', budget: { quantity: 3 } }));
    expect(error.message).toBe('unknown key "quantity" in budget: known here are trials, epochs.');
  });

  it('refuses text that is no JSON, and reads a file with a byte order mark', () => {
    expect(fault(() => parseSearchText('{"name": ', 'half.json')).place.file).toBe('half.json');
    expect(parseSearchText('\uFEFF{"name":"x"}').name).toBe('x');
  });

  it('reads the sample search', () => {
    const text = readFileSync(new URL('../../examples/fashion-quick.json', import.meta.url), 'utf8');
    const sample = parseSearchText(text);
    expect(sample.budget.trials).toBe(24);
    expect(sample.limits.macs).toBe(1_500_000);
    expect(sample.families).toHaveLength(4);
    // What it shows stays what it was, and quick.
    expect(sample.space).toBe('compact');
  });

  it('reads every example, each of which says its space', () => {
    const folder = new URL('../../examples/', import.meta.url);
    for (const name of readdirSync(folder)) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      expect(parseSearchText(text, name).space).toBe(name === 'fashion-wide.json' ? 'wide' : 'compact');
      expect(text).toContain('"space"');
    }
  });

  it('searches a wide space where nothing is said, but trains given students in the one that they are of', () => {
    expect(parseSearch({ name: 'x' }).space).toBe('wide');
    const students = [{ family: 'vit', config: { depth: 2 } }];
    // A list that was written down before there were wide spaces means what it meant.
    expect(parseSearch({ name: 'x', students }).space).toBe('compact');
    expect(parseSearch({ name: 'x', students, space: 'wide' }).space).toBe('wide');
  });
});

describe('searchJsonSchema', () => {
  it('is what editors are given (run vitest with -u after a change of the schema)', async () => {
    const text = `${JSON.stringify(searchJsonSchema(), undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../resources/schemas/search.schema.json');
  });
});

describe('nearestWord', () => {
  it('counts a swap of neighbours as one slip', () => {
    expect(editDistance('trails', 'trials')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3); // the textbook pair
    expect(editDistance('', 'abc')).toBe(3);
  });
  it('does not guess at what resembles nothing', () => {
    expect(nearestWord('zebra', ['budget', 'limits'])).toBeUndefined();
    expect(nearestWord('x', [])).toBeUndefined();
  });
});

describe('expandConfig', () => {
  const largest = { params: 200_000, macs: 5_000_000 };

  it('is the same for two runs that differ in families, strategy and seed only', () => {
    const one = expandConfig(familied(parseSearch({ name: 'a', families: ['vit'], seed: 3 })), largest);
    const two = expandConfig(familied(parseSearch({ name: 'b', strategy: { id: 'random' } })), largest);
    expect(one.reference).toEqual(two.reference);
    expect(one.reference['params']).toBeCloseTo(220_000, 6);
  });

  it('counts the hypervolume from what takes no student on these data, or from the accuracy that is asked for', () => {
    // Where every student is below a fixed one half, there was no hypervolume, and TRADE had no
    // regions.
    const reference = (asked: object): number | undefined =>
      expandConfig(familied(parseSearch({ name: 'a', ...asked })), largest, { baseline: 0.02 }).reference['accuracy'];
    expect(reference({})).toBe(0.02);
    expect(reference({ reference: { accuracy: 0.4 } })).toBe(0.4);
    expect(reference({ reference: { accuracy: 0 } })).toBe(0);
  });

  it('keeps what latency means, with a reference of its own, only where latency counts', () => {
    const plain = expandConfig(familied(parseSearch({ name: 'a' })), largest);
    expect('latency' in plain).toBe(false);
    expect(plain.reference).not.toHaveProperty('latencyMs');
    const traded = expandConfig(
      familied(
        parseSearch({
          name: 'a',
          objectives: ['accuracy', 'latencyMs'],
          latency: { batch: 32 },
          limits: { macs: 1e6 },
        }),
      ),
      largest,
    );
    expect(traded.objectives[1]).toEqual({ metric: 'latencyMs', goal: 'minimize', known: false });
    expect(traded.latency).toEqual({ engine: 'onnxruntime', batch: 32 });
    // 1.1 (1 ms + 32 images of a million multiply-accumulates at one a nanosecond)
    expect(traded.reference['latencyMs']).toBeCloseTo(1.1 * 33, 9);
    const limited = expandConfig(familied(parseSearch({ name: 'a', limits: { latencyMs: 0.5 } })), largest);
    expect(limited.latency).toEqual({ engine: 'onnxruntime', batch: 1 });
    expect(limited.reference['latencyMs']).toBeCloseTo(0.55, 9);
    expect(limited.limits).toEqual([{ metric: 'latencyMs', max: 0.5 }]);
  });

  it('takes the reference of a limited cost from its limit, and keeps limits as records', () => {
    const config = expandConfig(familied(parseSearch({ name: 'a', limits: { macs: 1e6 } })), largest);
    expect(config.limits).toEqual([{ metric: 'macs', max: 1e6 }]);
    expect(config.reference['macs']).toBeCloseTo(1.1e6, 6);
    expect(config).not.toHaveProperty('$schema');
    expect(config.objectives).toEqual([
      { metric: 'accuracy', goal: 'maximize', known: false },
      { metric: 'params', goal: 'minimize', known: true },
    ]);
  });

  it('fills in what a reward means: the target from the reference students, and a count from 0', () => {
    const typical = { params: 40_000, macs: 800_000 };
    const plain = expandConfig(familied(parseSearch({ name: 'a', objectives: ['reward'] })), largest, { typical });
    expect(plain.objectives).toEqual([{ metric: 'reward', goal: 'maximize', known: false }]);
    expect(plain.reward).toEqual({ cost: 'macs', target: 800_000, under: -0.07, over: -0.07 });
    expect(plain.reference['reward']).toBe(0);
    const timed = expandConfig(
      familied(
        parseSearch({
          name: 'a',
          objectives: ['reward'],
          reward: { cost: 'latencyMs', over: -1 },
          limits: { latencyMs: 3 },
        }),
      ),
      largest,
      { typical },
    );
    expect(timed.reward).toEqual({ cost: 'latencyMs', target: 3, under: -0.07, over: -1 });
    expect(timed.latency).toBeDefined();
    expect('reward' in expandConfig(familied(parseSearch({ name: 'a' })), largest, { typical })).toBe(false);
  });

  it.each([
    [{ objectives: ['params', 'accuracy'] }, 'objectives'],
    [{ objectives: ['accuracy', 'reward'] }, 'objectives'],
    [{ objectives: ['reward'], reward: { cost: 'latencyMs' } }, 'reward.target'],
    [{ objectives: ['accuracy', 'accuracy'] }, 'objectives'],
    [{ families: ['vit', 'vit'] }, 'families'],
    [{ reference: { accuracy: 50 } }, 'reference.accuracy'],
  ])('refuses %j', (part, field) => {
    const error = fault(() => expandConfig(familied(parseSearch({ name: 'a', ...part })), largest));
    expect([error.code, error.place.field]).toEqual(['config.invalid', field]);
  });
});
