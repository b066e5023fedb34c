import { describe, expect, it } from 'vitest';
import { answerSentences } from '../../src/bridge/words/answer-words.ts';

const written = (value: number): string => `${(100 * value).toFixed(1)} %`;
const centre = (trial: number, own: number, score: number) => ({ trial, own, neighbours: 4, score });

describe('what a search found, in words', () => {
  // A mean over neighbours that reads as a student's accuracy would be a student nobody has.
  it('says whose each value is, and numbers students from one', () => {
    const answer = { by: 'mean', centres: [centre(6, 0.886, 0.881)] } as const;
    const winner = { trial: 11, own: 0.893, neighbours: 3, mean: 0.871 };
    expect(answerSentences({ answer, winner }, written)).toEqual([
      'By the mean of a centre and its neighbours the best is student 7 (88.1 % with 4 neighbours, 88.6 % itself).',
      'The best single student is student 12 with 89.3 %.',
      'Of its one-edit neighbours 3 were trained; they have 87.1 % on average.',
    ]);
  });

  it('names the first of a front and counts the others', () => {
    const answer = { by: 'min', centres: [0, 1, 2, 3, 4].map((trial) => centre(trial, 0.5, 0.4)) } as const;
    const [sentence] = answerSentences({ answer }, written);
    expect(sentence).toMatch(
      /^By the least of .* none beats in this and in cost are student 1 .*student 3 .* and 2 more\.$/,
    );
  });

  it('says that nothing is found yet, and that a winner stands alone', () => {
    expect(answerSentences({ answer: { by: 'mean', centres: [] } }, written)).toEqual([
      expect.stringContaining('nothing is found yet'),
    ]);
    expect(answerSentences({ winner: { trial: 0, own: 0.5, neighbours: 0 } }, written)[1]).toMatch(/^None of its/);
    const one = { trial: 0, own: 0.5, neighbours: 1, mean: 0.4 };
    expect(answerSentences({ winner: one }, written)[1]).toBe(
      'Of its one-edit neighbours 1 was trained; it has 40.0 %.',
    );
  });
});
