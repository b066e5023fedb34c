import { describe, expect, test } from 'vitest';
import type { DatasetView } from '../../src/bridge/schemas/records.ts';
import { legendOf, stepsOf, stepWords } from '../../src/renderer/examples/steps.ts';
import { axesOf, samplesOf, soundLegend, soundPicture } from '../../src/renderer/examples/sound.ts';
import { pictureAt } from '../../src/renderer/examples/picture.ts';

const MODALITIES = [
  { name: 'skill', title: 'Skill', channel: 0, bytes: 2, values: 1000 },
  { name: 'correct', title: 'Correct', channel: 2, bytes: 1, values: 3 },
  { name: 'pace', title: 'Pace', channel: 3, bytes: 1, values: 5 },
] as const;
const dataset = {
  example: { kind: 'sequence', modalities: MODALITIES },
  ...{ shape: [4, 1, 4], classes: ['wrong', 'right'] },
} satisfies Pick<DatasetView, 'example' | 'shape' | 'classes'>;
/** Nothing; skill 259 wrong; skill 7 right; skill 7, whose answer is to be told. */
const bytes = Uint8Array.of(0, 0, 0, 0, 1, 3, 1, 4, 0, 7, 2, 0, 0, 7, 0, 2);

describe('a window of steps', () => {
  const all = stepsOf({ dataset, bytes });

  test('reads two bytes with the higher one first, and 0 as nothing', () => {
    // The lower byte first would make skill 259 769, and what is to be told a wrong answer.
    expect(all.steps.map(({ answer, values }) => [answer, ...values])).toEqual([
      [0, 259, 4],
      [1, 7, 0],
      [undefined, 7, 2],
    ]);
    expect(all.names).toEqual(['Skill', 'Pace']);
  });

  test('leaves out what was before the beginning, and keeps the numbers of the rest', () => {
    expect(all.before).toBe(1);
    expect(all.steps.map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(stepsOf({ dataset, bytes: new Uint8Array(16) })).toMatchObject({ before: 4, steps: [] });
  });

  test('is told in words, for a report and for who cannot see colours', () => {
    expect(stepWords(all)).toBe('Skill 259, Pace 4, wrong; Skill 7, Pace unknown, right; Skill 7, Pace 2, to be told');
    expect(legendOf(dataset)).toContain('Skill, Pace, and how it was answered (✓ right, ✗ wrong, ? to be told)');
  });

  test('of a card without the modality of answers has none to tell, and does not fall over', () => {
    const [skill] = MODALITIES;
    const other = { ...dataset, example: { kind: 'sequence', modalities: [skill] } } as const;
    expect(stepsOf({ dataset: other, bytes }).steps.map(({ answer }) => answer)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test('a picture of one channel is grey, one of three has its colours, neither is see-through', () => {
  expect([...pictureAt(Uint8Array.of(9, 200), [1, 2, 1]).rgba]).toEqual([9, 9, 9, 255, 200, 200, 200, 255]);
  expect([...pictureAt(Uint8Array.of(1, 2, 3), [1, 1, 3]).rgba]).toEqual([1, 2, 3, 255]);
});

describe('a spectrogram', () => {
  const sound = {
    example: { kind: 'spectrogram', rate: 8000, window: 200, hop: 80, lowest: 20, highest: 4000, floor: 80 },
    shape: [2, 3, 1],
  } satisfies Pick<DatasetView, 'example' | 'shape'>;

  test('has its low bands at the bottom, and time to the right', () => {
    // Upside down it would still look like one.
    const { width, height, rgba } = soundPicture(Uint8Array.of(1, 2, 3, 4, 5, 6), sound.shape);
    expect([width, height]).toEqual([3, 2]);
    expect([...rgba].filter((_, place) => place % 4 === 0)).toEqual([4, 5, 6, 1, 2, 3]);
  });

  test('tells its axes by the frames that it has', () => {
    // 200 samples and twice 80 more.
    expect(axesOf(sound)).toEqual({ time: '0.04 s', frequency: '20 Hz to 4 kHz' });
    expect(axesOf({ shape: [2, 3, 1] })).toBeUndefined();
    expect(soundLegend(sound)).toContain('black is 80 dB and more below it');
  });

  test('sounds as its samples say, the lower byte first', () => {
    expect([...samplesOf(Uint8Array.of(0, 64, 0, 128, 1, 0))]).toEqual([0.5, -1, 1 / 32_768]);
    // A view of a larger buffer begins where it begins.
    expect([...samplesOf(Uint8Array.of(9, 0, 64).subarray(1))]).toEqual([0.5]);
  });
});
