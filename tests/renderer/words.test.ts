import { IMAGE_NOUN } from '../../src/core/data-kinds.ts';
import { describe, expect, test } from 'vitest';
import { fixtureRun, fixtureStrategies } from '../support/gallery/fixtures.ts';
import { differenceOf, settingRows, testing as comparedTesting } from '../../src/renderer/compare/compared.ts';
import type { Compared } from '../../src/renderer/compare/compared.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { resnetTeacher } from '../../src/core/arch/families/resnet.ts';
import {
  batchText,
  configText,
  strategyText,
  trialState,
  trialTitle,
  whySentences,
  whyShort,
  testing as wordsTesting,
} from '../../src/renderer/words.ts';

const METRIC_ROWS = comparedTesting.metricRows(IMAGE_NOUN);
const { outcomeSentence } = wordsTesting;

const { run, trials } = fixtureRun({ id: 'w', name: 'W', state: 'finished', budget: 20, done: 20, seed: 2 });
const trial = trials[9]!; // twenty were made

describe('the images of a step', () => {
  test("are told where they are not the recipe's, which the run shows", () => {
    const recipe = { ...run.config.recipe, batchSize: 128 };
    expect(batchText(recipe, resnetTeacher([28, 28, 1], 10))).toBeUndefined();
    expect(batchText(recipe, resnetTeacher([224, 224, 3], 10))).toBe('32; 128 would not fit into memory');
  });
});

describe('why a student was proposed', () => {
  test('trials count from one, as people do, and so do regions, which have it from the log', () => {
    const why = { source: 'region', region: { id: 1, centre: 4, radius: '2' } };
    expect(whyShort(why)).toBe('Region 1 · near #5');
    expect(trialTitle({ number: 4 })).toBe('Student #5');
  });

  test('a region that restricts is told in exchanges', () => {
    const region = { id: 2, centre: 0, radius: '4/13' };
    expect(whySentences({ ...trial, why: { source: 'region', region } })[1]).toBe(
      'Trust region 2 was centred on student #1 and reached 4 of 13 dimensions at the time.',
    );
  });

  test('the widest region is told as such, not as a number', () => {
    const region = { id: 2, centre: 0, radius: 'all' };
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
    const one = { source: 'global', predicted: { mean: 0.852, deviation: 0.008 } };
    expect(outcomeSentence({ ...told, why: one })).toContain(' 1.0 deviations from');
  });

  test('an expected gain is a share of the reference box where there is one', () => {
    const told = { ...trial, why: { source: 'global', expectedGain: 250 } };
    const box = { ...run.config, reference: { accuracy: 0.5, params: 100_000 } };
    expect(whySentences(told, box)).toContain('Expected gain of hypervolume: 0.5 % of the reference box.');
    expect(whySentences(told)).toContain('Expected gain of hypervolume: 250.');
    const hopeless: Trial = { ...trial, why: { source: 'family', expectedGain: 3.9e-55 } };
    expect(whySentences(hopeless, box)).toContain('Expected gain of hypervolume: < 0.0001 % of the reference box.');
  });

  test('the weight of earlier runs is told, and that they were dropped', () => {
    const told = (priorWeight: number) => whySentences({ ...trial, why: { source: 'global', priorWeight } })[1];
    expect(told(0.834)).toBe('Earlier results entered it with a weight of 0.83.');
    expect(told(0)).toContain('left out');
  });

  test('a failed student says so with its reason', () => {
    const failed = { ...trial, state: 'failed' as const, reason: 'The loss became NaN.' };
    expect(whySentences(failed).at(-1)).toBe('Training failed: The loss became NaN.');
  });

  test('a student that was too slow says so, and what its latency was expected to be', () => {
    const reason = 'Too slow, so it was not trained: 0.9 ms at batch 1 in onnxruntime, and the limit is 0.5 ms.';
    const why = { ...trial.why, predictedLatencyMs: 0.4213 };
    const slow = { ...trial, state: 'stopped' as const, metrics: { latencyMs: 0.9 }, reason, why };
    expect(whySentences(slow)).toContain('A pass of it was expected to take 0.421 ms.');
    expect(whySentences(slow).at(-1)).toBe(reason);
  });

  test('a badge tells what was too slow from what the person stopped', () => {
    const stopped = { ...trial, state: 'stopped' as const, metrics: {} };
    expect(trialState(stopped).label).toBe('Stopped');
    expect(trialState({ ...stopped, metrics: { latencyMs: 0.9 } }).label).toBe('Too slow');
    expect(trialState({ ...trial, state: 'running' }).label).toBe('Training');
  });

  test("says whose prediction it was where the family's own process made it", () => {
    const predicted = { mean: 0.612, deviation: 0.015 };
    expect(whySentences({ ...trial, why: { source: 'family', predicted } })[1]).toBe(
      "The family's own surrogate expected 61.2 % ± 1.5 points of validation accuracy.",
    );
    expect(whySentences({ ...trial, why: { source: 'global', predicted } })[1]).toMatch(/^The surrogate expected /);
  });

  test('an unknown source is named, not hidden', () => {
    expect(whyShort({ source: 'thompson' })).toBe('Thompson');
    expect(whySentences({ ...trial, why: { source: 'thompson' } })[0]).toBe('It was proposed by "thompson".');
  });
});

describe('differences to the baseline', () => {
  const one = (accuracy: number | undefined, params: number): Compared => ({
    key: String(params),
    network: { kind: 'student', id: String(params) },
    title: 'x',
    graph: { family: 'x', inputShape: [1], classes: 1, layers: [] },
    accuracy,
    testAccuracy: undefined,
    params,
    macs: 1,
    latencyMs: undefined,
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

describe('configurations', () => {
  const names = new Map([
    ['f blocks', 'Blocks'],
    ['g blocks', 'Blocks of every stage'],
  ]);
  const titles = {
    familyTitle: (family: string) => (family === 'f' ? 'Family F' : family),
    dimensionTitle: (family: string, dimension: string) => names.get(`${family} ${dimension}`) ?? dimension,
  };
  const student = (family: string, config: Trial['candidate']['config']) => ({
    trial: { ...trial, candidate: { family, config } },
    run,
  });

  test('0 and false are values, an absent dimension is not', () => {
    const rows = settingRows([student('f', { blocks: 0, gate: false }), student('f', { blocks: 1 })], titles);
    const row = (name: string) => rows.find((one) => one.name === name);
    expect(row('blocks')).toEqual({ name: 'blocks', title: 'Blocks', values: ['0', '1'], differs: true });
    // A dimension that the catalog does not know goes by its key.
    expect(row('gate')).toEqual({ name: 'gate', title: 'gate', values: ['no', '–'], differs: true });
    expect(row('family')?.values).toEqual(['Family F', 'Family F']);
    expect(row('recipe.epochs')?.differs).toBe(false);
  });

  test('no setting of the recipe goes by its key', () => {
    const rows = settingRows([student('f', {})], titles);
    expect(rows.filter(({ name, title }) => title === '' || title === name)).toEqual([]);
  });

  test('a dimension that two families call differently has both names', () => {
    const rows = settingRows([student('f', { blocks: 1 }), student('g', { blocks: 1 })], titles);
    expect(rows.find(({ name }) => name === 'blocks')?.title).toBe('Blocks / Blocks of every stage');
  });

  test('a configuration in one line has titles, in the order it is kept', () => {
    expect(configText({ family: 'f', config: { gate: true, blocks: 2 } }, titles)).toBe('gate: yes · Blocks: 2');
  });
});

describe('the strategy of a run', () => {
  const known = fixtureStrategies[0];

  test('has its title, version and fidelity; another version is not called faithful to anything', () => {
    expect(strategyText(run, known)).toBe('TRADE, version 1 · reconstruction');
    expect(strategyText({ ...run, strategyVersion: 2 }, known)).toBe('TRADE, version 2');
    expect(strategyText(run, undefined)).toBe('trade, version 1');
  });
});
