/** What every method of one-shot search owes: shares, slopes and students of the paths in play. */
import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { allKept, byEdge } from '../../../src/core/one-shot/method.ts';
import type { Drawn, OneShotDefinition } from '../../../src/core/one-shot/method.ts';
import { ONE_SHOT_METHODS, oneShotMethod } from '../../../src/core/one-shot/registry.ts';
import { alphaOf, LEVELS, SPACE } from './spaces.ts';

const ALPHA = alphaOf(0.3, -1, 2, 0.5, 0.4, -0.2, 0.1, 1, 1.5);
const ALL = allKept(SPACE);
/** The strongest path of the first edge and all but one of the second are out. */
const SOME = ALL.map((_, path) => path !== 2 && path !== 3);
const DEFINITIONS: Readonly<Record<string, OneShotDefinition>> = ONE_SHOT_METHODS;

describe.each(Object.keys(ONE_SHOT_METHODS))('%s', (name) => {
  const methodWith = (options = {}) => oneShotMethod({ method: name, options }, SPACE);
  const method = methodWith();
  const sums = (p: Float64Array): readonly number[] =>
    byEdge(LEVELS, p).map((edge) => edge.reduce((sum, share) => sum + share, 0));

  test.each([
    ['all', ALL],
    ['some', SOME],
  ] as const)('shares each edge among the paths in play: %s', (_, kept) => {
    const drawn = (['weights', 'mixing'] as const).flatMap((phase) =>
      Array.from({ length: 20 }, (_seed, seed) => method.draw(ALPHA, createRng(seed), phase, kept)).flat(),
    );
    for (const p of [...drawn.map((one) => one.p), method.shares(ALPHA, kept)]) {
      for (const sum of sums(p)) expect(sum).toBeCloseTo(1, 12);
      expect(p.every((share, path) => share >= 0 && (kept[path] === true || share === 0))).toBe(true);
    }
    const levels = method.derive(ALPHA, kept);
    expect(levels).toHaveLength(LEVELS.length);
    expect(byEdge(LEVELS, Float64Array.from(kept, Number)).map((edge, at) => edge[levels[at] ?? -1])).toEqual([
      1, 1, 1,
    ]);
  });

  // A derivative is easily written for one edge and applied across all, or for a path that is out.
  test.each([
    ['all', ALL],
    ['some', SOME],
  ] as const)('pulls slopes back to alpha as differences say: %s', (_, kept) => {
    const slope = alphaOf(1, -2, 0.5, 3, 0, 0.1, -0.7, 2, 1);
    const drawnAt = (at: Float64Array): readonly Drawn[] => method.draw(at, createRng(11), 'mixing', kept);
    const lossAt = (at: Float64Array): number =>
      drawnAt(at).reduce((sum, { p }) => sum + p.reduce((all, share, path) => all + share * (slope[path] ?? 0), 0), 0);
    const pulls = drawnAt(ALPHA).map(({ pull }) => pull(slope));
    const h = 1e-6;
    for (const [path, value] of ALPHA.entries()) {
      const difference = (lossAt(ALPHA.with(path, value + h)) - lossAt(ALPHA.with(path, value - h))) / (2 * h);
      expect(pulls.reduce((sum, pulled) => sum + (pulled[path] ?? NaN), 0)).toBeCloseTo(difference, 7);
    }
  });

  test('draws by the chance that it is given, and by nothing else', () => {
    const once = (seed: number) => method.draw(ALPHA, createRng(seed), 'weights', ALL).map(({ p }) => [...p]);
    expect(once(4)).toEqual(once(4));
  });

  test('divides all epochs among its stages, if it has any', () => {
    const shares = (method.stages ?? [{ share: 1 }]).map(({ share }) => share);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(1);
  });

  test('takes the options that it has, within what they can be, and no others', () => {
    const { defaults, ranges = {} } = DEFINITIONS[name] ?? {};
    expect(Object.keys(defaults ?? {})).toEqual(expect.arrayContaining(Object.keys(ranges)));
    for (const option of Object.keys(defaults ?? {})) {
      const { least, most } = ranges[option] ?? { least: 0, most: 1 };
      for (const value of [least, most]) methodWith({ [option]: value }).draw(ALPHA, createRng(1), 'mixing', ALL);
      for (const value of [NaN, -1, Infinity]) {
        expect(() => methodWith({ [option]: value }), option).toThrow(
          `strategy.options.${option}: "${value}" cannot be`,
        );
      }
    }
    expect(() => methodWith({ temperature: 1 })).toThrow(/no option "temperature".*it has \w+/);
  });
});

test.each(['dart', 'constructor'])('a method that there is not (%s) is refused with those there are', (method) => {
  expect(() => oneShotMethod({ method, options: {} }, SPACE)).toThrow(/no one-shot method.*darts, dr-nas/);
});

test.each([
  ['darts', 'order', 1.5],
  ['darts', 'order', 3],
  ['dr-nas', 'stages', 0],
  ['path-dropout', 'dropout', 1.01],
] as const)('%s refuses %s %d', (method, option, value) => {
  expect(() => oneShotMethod({ method, options: { [option]: value } }, SPACE)).toThrow(/from \d+ to \d+/);
});
