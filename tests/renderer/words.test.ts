import { describe, expect, test } from 'vitest';
import { fixtureRun } from '../../src/renderer/gallery/fixtures.ts';
import { differenceOf, METRIC_ROWS, settingRows } from '../../src/renderer/compare/compared.ts';
import type { Compared } from '../../src/renderer/compare/compared.ts';
import { outcomeSentence, trialTitle, whySentences, whyShort } from '../../src/renderer/words.ts';

const { run, trials } = fixtureRun({ id: 'w', name: 'W', state: 'finished', budget: 20, done: 20, seed: 2 });
const trial = trials[9]!; // twenty were made

describe('why a student was proposed', () => {
  test('trials and regions count from one, as people do', () => {
    const why = { source: 'region', region: { id: 0, centre: 4, radius: '2' } };
    expect(whyShort(why)).toBe('Region 1 · near #5');
    expect(trialTitle({ number: 4 })).toBe('Student #5');
  });

  test('the widest region is told as such, not as a number', () => {
    const region = { id: 1, centre: 0, radius: 'all' };
    expect(whySentences({ ...trial, why: { source: 'region', region } })[1]).toBe(
      'Trust region 2 was centred on student #1 and reached over its whole family at the time.',
    );
  });

  test('the outcome is told in deviations of the prediction', () => {
    const told = { ...trial, state: 'finished' as const, metrics: { accuracy: 0.86 } };
    const why = { source: 'global', predicted: { mean: 0.84, deviation: 0.008 } };
    expect(outcomeSentence({ ...told, why })).toBe(
      'It reached 86.0 %: +2.0 points, 2.5 deviations from the prediction (a surprise).',
    );
    expect(outcomeSentence({ ...told, why: { source: 'random' } })).toBe('It reached 86.0 %.');
  });

  test('a failed student says so with its reason', () => {
    const failed = { ...trial, state: 'failed' as const, reason: 'The loss became NaN.' };
    expect(whySentences(failed).at(-1)).toBe('Training failed: The loss became NaN.');
  });

  test('an unknown source is named, not hidden', () => {
    expect(whyShort({ source: 'thompson' })).toBe('Thompson');
    expect(whySentences({ ...trial, why: { source: 'thompson' } })[0]).toBe('It was proposed by "thompson".');
  });
});

describe('differences to the baseline', () => {
  const one = (accuracy: number | undefined, params: number): Compared => ({
    network: { kind: 'student', id: String(params) },
    title: 'x',
    graph: { family: 'x', inputShape: [1], classes: 1, layers: [] },
    accuracy,
    testAccuracy: undefined,
    params,
    macs: 1,
    peakActivationBytes: 1,
    seconds: 0,
  });
  const row = (title: string) => METRIC_ROWS.find((candidate) => candidate.title === title)!; // its titles are below

  test('more accuracy is good, more parameters are not', () => {
    const [base, other] = [one(0.8, 1000), one(0.85, 1500)];
    expect(differenceOf(row('Validation accuracy'), other, base)).toEqual({
      words: '+5.0 points, higher',
      tone: 'good',
    });
    expect(differenceOf(row('Parameters'), other, base)).toEqual({ words: '50 % more', tone: 'bad' });
  });

  test('nothing is said where a value is missing or NaN, and equal values are the same', () => {
    expect(differenceOf(row('Test accuracy'), one(0.8, 1), one(0.8, 2))).toBeUndefined();
    expect(differenceOf(row('Validation accuracy'), one(NaN, 1), one(0.8, 2))).toBeUndefined();
    expect(differenceOf(row('MACs per image'), one(0.8, 1), one(0.8, 2))).toEqual({ words: 'same', tone: 'muted' });
  });
});

describe('configurations side by side', () => {
  test('0 and false are values, an absent dimension is not', () => {
    const left = { trial: { ...trial, candidate: { family: 'f', config: { blocks: 0, gate: false } } }, run };
    const right = { trial: { ...trial, candidate: { family: 'f', config: { blocks: 1 } } }, run };
    const rows = settingRows([left, right]);
    expect(rows.find(({ name }) => name === 'blocks')).toEqual({ name: 'blocks', values: ['0', '1'], differs: true });
    expect(rows.find(({ name }) => name === 'gate')).toEqual({ name: 'gate', values: ['false', '–'], differs: true });
    expect(rows.find(({ name }) => name === 'recipe.epochs')?.differs).toBe(false);
  });
});
