/** Short trainings as views tell them: states, sentences, steps, and the hypervolume over costs. */
import { describe, expect, test } from 'vitest';
import type { LogEntryView } from '../../src/bridge/schemas/log.ts';
import { LEFT_RESTING } from '../../src/core/records/trial.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { hypervolumeInput } from '../../src/renderer/run/front/hypervolume-input.ts';
import { stepsOf } from '../../src/renderer/student/steps.ts';
import { epochsWords, faultText, trialState, whySentences } from '../../src/renderer/words.ts';
import { fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';

const records = fixtureRun({ id: 'w', name: 'W', state: 'running', budget: 20, done: 6, seed: 2 });
const whole = records.trials.find(({ state }) => state === 'finished')!; // six were made
const part = { until: 2, schedule: 'part' } as const;
const own = { until: 2, schedule: 'own' } as const;
const short = (more: Partial<Trial>): Trial => ({ ...whole, metrics: {}, epochs: 8, epochsDone: 2, ...more });

describe('a trial with legs', () => {
  // Three ends that the record alone calls `stopped`.
  test('has a word of its own for each way to stand', () => {
    const label = (more: Partial<Trial>): string => trialState(short(more)).label;
    expect(label({ state: 'resting', leg: part })).toBe('Resting 2/8');
    expect(label({ state: 'queued', attempts: 1 })).toBe('Promoted');
    expect(label({ state: 'queued', attempts: 0, epochsDone: 0, leg: part })).toBe('Queued');
    expect(label({ state: 'stopped', leg: part, reason: LEFT_RESTING })).toBe('Rested 2/8');
    expect(label({ state: 'stopped', leg: part, reason: 'Stopped by you.' })).toBe('Stopped');
    expect(label({ state: 'stopped', metrics: { latencyMs: 9 } })).toBe('Too slow');
  });

  // In the table of trials a reason stands in the place of the configuration, in red.
  test('that rested to the end is no fault to be told', () => {
    expect(faultText(short({ state: 'stopped', leg: part, reason: LEFT_RESTING }))).toBeUndefined();
    expect(faultText(short({ state: 'stopped', leg: part, reason: 'Stopped by you.' }))).toBe('Stopped by you.');
  });

  test('says how far it is, in the schedule that it trains by', () => {
    expect(epochsWords(short({ state: 'running', leg: part, epochsDone: 1 }))).toBe('1 of 8, rests after 2');
    expect(epochsWords(short({ state: 'running', leg: own, epochsDone: 1 }))).toBe('1 of 2 in a short training');
    expect(epochsWords(short({ state: 'resting', leg: part }))).toBe('2 of 8');
    expect(epochsWords(short({ state: 'finished', epochsDone: 8 }))).toBe('8 of 8');
    expect(epochsWords(short({ state: 'finished', epochs: 0, epochsDone: 5 }))).toBe('5');
  });

  test('says in its sentences what it reached no result by, and whose weights it began with', () => {
    const last = (more: Partial<Trial>): string | undefined => whySentences(short(more)).at(-1);
    expect(last({ state: 'resting', leg: part })).toBe('It rests after 2 of 8 epochs: its strategy may go on with it.');
    expect(last({ state: 'stopped', leg: own, reason: LEFT_RESTING })).toBe(
      'It rested after a short training of 2 epochs, and others were gone on with.',
    );
    const from = { parents: [2, 'teacher'], map: 'inherit', seed: 1 } as const;
    expect(whySentences(short({ state: 'queued', from }))).toContain(
      'It began with the weights of #3 and the teacher.',
    );
  });
});

describe('steps of a student', () => {
  const words = {
    percent: (share: number | undefined) => `${(100 * (share ?? NaN)).toFixed(1)} %`,
    duration: (seconds: number) => `${seconds} s`,
    family: (name: string) => name,
    strategy: () => '',
  };
  const why = { source: 'random' };
  const at = '2026-11-24T09:14:05.000Z';
  const trial = short({ state: 'finished', metrics: { accuracy: 0.9 }, seconds: 12 });
  const { number, candidate } = trial;
  const entry = { trial: number, family: candidate.family, why };
  const from = { parents: [0, 'teacher'], map: 'inherit', seed: 1 } as const;
  const log: readonly LogEntryView[] = [
    { seq: 0, at, type: 'asked', proposals: [{ ...entry, leg: own, from }] },
    { seq: 1, at, type: 'rested', trial: number, epoch: 2, metrics: { accuracy: 0.7 } },
    { seq: 2, at, type: 'asked', proposals: [], continues: [{ trial: number, why: { source: 'global' } }] },
    { seq: 3, at, type: 'told', trial: number, metrics: { accuracy: 0.9 } },
  ];

  test('are all that its log says, with what going on means and links to its parents', () => {
    const steps = stepsOf(words, log, trial);
    expect(steps.map(({ label, sentence }) => `${label}: ${sentence}`)).toEqual([
      'Proposed: Random · a short training of 2 epochs · from the weights of #1 and the teacher',
      'Rests: validation accuracy 70.0 % after 2 epochs',
      'Goes on: Global · to its end',
      'Finished: validation accuracy 90.0 % in 12 s',
    ]);
    expect(steps.map(({ parents }) => parents)).toEqual([[0], [], [], []]);
    expect(steps[2]?.reason).toMatch(/\.$/);
  });

  test('are none of a whole training from its own seed: its sentences say all', () => {
    expect(stepsOf(words, [{ seq: 0, at, type: 'asked', proposals: [entry] }, log[3]!], trial)).toEqual([]);
  });
});

describe('a hypervolume over costs', () => {
  const summary = fixtureSummary(records);
  const { history } = summary.score;
  const costs = { epochs: Float32Array.from(history, (_, i) => 10 * (i + 1)), seconds: new Float32Array(0) };

  test('stands at what the result of each of its values had cost', () => {
    const input = hypervolumeInput(summary, [], { over: 'epochs', costsOf: () => costs });
    expect(input.places).toEqual(history.map((_, index) => 10 * (index + 1)));
    expect([input.history, input.total]).toEqual([history, 20 * records.run.config.recipe.epochs]);
  });

  // Every second value was thinned out: the n-th has the costs of result 2n.
  test('of a thinned history has the costs of the results that are left', () => {
    const thin = { ...summary, score: { ...summary.score, history: history.slice(0, 2), historyStep: 2 } };
    expect(hypervolumeInput(thin, [], { over: 'epochs', costsOf: () => costs }).places).toEqual([20, 40]);
  });

  test('draws nothing of a run whose costs are not read yet', () => {
    expect(hypervolumeInput(summary, [], { over: 'seconds', costsOf: () => costs }).history).toEqual([]);
    expect(hypervolumeInput(summary, [], { over: 'epochs', costsOf: () => undefined }).history).toEqual([]);
  });
});
