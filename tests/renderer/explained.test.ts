import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/core/strategies/explain.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';
import { calibrate } from '../../src/core/surrogate/calibration.ts';
import {
  allocationSentences,
  armsText,
  bestText,
  calibrationRows,
  calibrationSentences,
  familyCounts,
} from '../../src/renderer/run/explained/explained.ts';

const scored = {
  objectives: [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: 'params', goal: 'minimize', known: true },
  ],
  reference: { accuracy: 0.5, params: 100_000 },
} as const;
const title = (family: string): string => family.toUpperCase();

type Account = Explanation['families'][number];
const account = (family: string, change: Partial<Account>): Account => ({
  ...{ family, proposed: 0, told: 0, failed: 0, sources: {}, front: 0, share: 0 },
  ...change,
});
const explanation = (change: Partial<Explanation> = {}): Explanation => ({
  ...{ families: [], predictions: [], calibrations: [], regions: [] },
  ...change,
});

/** So many outcomes, alternately above and below their predictions by `z` deviations, all moved by
 * `shift`. */
function calibrationOf(count: number, z: number, shift = 0) {
  const outcomes = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? z : -z) + shift);
  return calibrate(outcomes.map((outcome) => ({ mean: 0, deviation: 1, outcome })))!; // some
}

test('students, failures and seconds of a family are counted from the same trials', () => {
  // The log is followed behind the trials: a family had 51 s of training and no student.
  const { trials } = fixtureRun({ id: 'r', name: 'x', state: 'running', budget: 6, done: 6, seed: 1 });
  const family = trials[0]?.candidate.family ?? '';
  const own = trials.filter(({ candidate }) => candidate.family === family);
  const counts = familyCounts(
    trials.map((trial, index) => ({ ...trial, state: index === 0 ? 'failed' : trial.state })),
    family,
  );
  expect(counts).toMatchObject({ students: own.length, failed: 1 });
  expect(counts.seconds).toBeCloseTo(
    own.reduce((sum, { seconds }) => sum + seconds, 0),
    9,
  );
  expect(familyCounts(trials, 'none')).toEqual({ students: 0, failed: 0, seconds: 0 });
});

describe('why families got what they got', () => {
  const families = [
    account('a', { proposed: 3, sources: { reference: 1, region: 2 }, expectedGain: 100, share: 0.02 }),
    account('b', { proposed: 7, sources: { global: 6, initial: 1 }, expectedGain: 50, share: 0.31 }),
    account('c', {}),
  ];

  test('names the one with most, the one that promised most, and the one the front needs most', () => {
    expect(allocationSentences(explanation({ families }), scored, title)).toEqual([
      'B got most: 7 of 10 students (Global 6 · Initial 1).',
      'Students of A promised most when they were chosen: 0.2 % of the reference box each.',
      'Without B the front would lose most: 31.0 % of its hypervolume.',
    ]);
  });

  test('says of a family that went on by its own arm why that was', () => {
    const late = account('c', { proposed: 4, sources: { family: 3, reference: 1 } });
    expect(allocationSentences(explanation({ families: [...families, late] }), scored, title).at(-1)).toBe(
      "3 students of C come from the family's own arm: it had hardly been tried, and all else promised " +
        'next to nothing.',
    );
    expect(armsText(late)).toBe('Family arm 3 · Reference 1');
  });

  test('tells several families with arms of their own in one sentence, the one with most first', () => {
    const arms = [
      ...[account('d', { proposed: 1, sources: { family: 1 } }), account('e', { proposed: 5, sources: { family: 5 } })],
      account('f', { proposed: 2, sources: { family: 2 } }),
    ];
    const sentences = allocationSentences(explanation({ families: arms }), scored, title);
    expect(sentences.filter((sentence) => sentence.includes('own arm'))).toEqual([
      "5 students of E, 2 of F, and 1 of D come from the families' own arms: each had hardly been tried, and " +
        'all else promised next to nothing.',
    ]);
  });

  test('says nothing before the first proposal, and of no gain where none was expected', () => {
    expect(allocationSentences(explanation({ families: [account('a', {})] }), scored, title)).toEqual([]);
    const random = [account('a', { proposed: 2, sources: { random: 2 } })];
    expect(allocationSentences(explanation({ families: random }), scored, title)).toHaveLength(1);
  });

  test('a best value has the unit of its objective, and is a dash where there is none', () => {
    expect(bestText(0.9012, scored)).toBe('90.12 %');
    const reward = { ...scored, objectives: [{ metric: 'reward', goal: 'maximize', known: false } as const] };
    expect(bestText(0.90123, reward)).toBe('0.9012');
    expect(bestText(undefined, scored)).toBe('–');
    expect(armsText(account('a', {}))).toBe('');
  });
});

describe('calibration in words', () => {
  const says = (calibration: ReturnType<typeof calibrationOf>) =>
    calibrationSentences(explanation({ calibration })).join(' ');

  test('does not judge a few predictions', () => {
    expect(says(calibrationOf(5, 3))).toBe('5 predictions so far: too few to judge them.');
  });

  test('finds no fault with deviations of one', () => {
    expect(says(calibrationOf(20, 1))).toMatch(/no bias shows.*about as wide as they should be/);
  });

  test('calls deviations too small, too large and outcomes better or worse, beyond two standard errors', () => {
    expect(says(calibrationOf(20, 2))).toContain('too small: outcomes lie 2 times as far off');
    expect(says(calibrationOf(40, 0.3))).toContain('too large: outcomes lie only 0.3 times as far off');
    expect(says(calibrationOf(20, 0.5, 1))).toContain('better than predicted, by 1 deviation');
    expect(says(calibrationOf(20, 0.5, -1))).toContain('worse than predicted, by 1 deviation');
  });

  test('tells what leaving one out shows, also where the surrogate is worth nothing', () => {
    const leftOut = { count: 9, logScore: -1, unaided: -1.5 };
    expect(calibrationSentences(explanation({ leftOut }))[0]).toContain('better from the others');
    expect(calibrationSentences(explanation({ leftOut: { ...leftOut, logScore: -1.75 } }))[0]).toContain(
      'no better from the others than by their mean alone (−0.25 nats each)',
    );
  });

  test('has a row for all and one for each family; a rank of equal outcomes is a dash', () => {
    const calibration = calibrationOf(4, 0);
    const rows = calibrationRows(explanation({ calibration, calibrations: [{ family: 'a', calibration }] }));
    expect(rows.map(({ family, count, rank }) => [family, count, rank])).toEqual([
      [undefined, '4', '–'],
      ['a', '4', '–'],
    ]);
    expect(rows[0]?.coverage).toEqual(['100 %', '100 %', '100 %']);
    expect(calibrationRows(explanation())).toEqual([]);
  });
});
