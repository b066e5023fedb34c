/** What a front gains over predefined students of its size, by hand. */
import { expect, test } from 'vitest';
import { gainOver, gainsText } from '../../scripts/predefined-live/gains.ts';

const front = [
  { params: 100, told: 0.7, score: 0.72 },
  { params: 200, told: 0.8, score: 0.79 },
];
const search = (seed: number, raised = 0) => ({
  ...{ player: 'trade', seed, count: 24 },
  front: front.map((one) => ({ ...one, score: one.score + raised })),
});
const predefined = [
  { key: 'small', params: 50, worth: 0.5 },
  { key: 'equal', params: 100, worth: 0.71 },
  { key: 'large', params: 1000, worth: 0.8 },
];

test('a student is held against the best one so small, in points; one that is smaller than all is left out', () => {
  const gains = predefined.map((one) => gainOver(search(1), one));
  expect(gains[0]).toBeNaN();
  expect(gains.slice(1).map((gain) => gain.toFixed(6))).toEqual(['1.000000', '-1.000000']);
});

test('means are over searches, and a predefined student is beaten where its mean gain is above 0', () => {
  // Mean gains of both searches: 0 and 2; of the students: 2 and 0.
  const line = gainsText([search(1), search(2, 0.02)], predefined)
    .split('\n')
    .at(-1);
  expect(line).toMatch(/^\| trade \| 24 \| 2 \| 1\.00 \| .* \| 1 of 2 \|$/);
});
