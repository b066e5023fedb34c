/** Lines of the log: what each says, which of them there are, and what stays the same while it
 * grows. */
import { describe, expect, test } from 'vitest';
import type { LogLine } from '../../src/bridge/words/log-lines.ts';
import { lineText, localTime, logLines } from '../../src/bridge/words/log-lines.ts';
import type { LogEntryView } from '../../src/bridge/schemas/log.ts';
import type { Run } from '../../src/core/records/run.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';

const { run: live, trials } = fixtureRun({ id: 'a', name: 'A', state: 'running', budget: 1200, done: 3, seed: 1 });
const AT = '2026-11-24T09:14:05.000Z';

const words = {
  percent: (share: number | undefined) => `${(100 * (share ?? NaN)).toFixed(1)} %`,
  duration: (seconds: number) => `${seconds} s`,
  family: (name: string) => name.toUpperCase(),
  strategy: () => 'TRADE, version 1',
};
const trialOf = (number: number, change: Partial<Trial> = {}): Trial => ({
  ...trials[0]!, // of three
  id: `a-t${number}`,
  number,
  seconds: 12,
  candidate: { family: 'vit', config: {} },
  ...change,
});

/** Of all students unless said otherwise: each is known, and finished. */
function linesOf(
  entries: readonly LogEntryView[],
  run: Run = live,
  known: (number: number) => Trial | undefined = trialOf,
): LogLine[] {
  return logLines(words)(run, entries, known);
}
const told = (accuracy: number | undefined, more = {}): Extract<LogEntryView, { type: 'told' }> => ({
  ...{ seq: 4, at: AT, type: 'told', trial: 2 },
  metrics: { ...(accuracy !== undefined && { accuracy }), ...more },
});
const failed = (reason: string): LogEntryView => ({ seq: 4, at: AT, type: 'failed', trial: 2, reason });
const asked = (...proposals: Extract<LogEntryView, { type: 'asked' }>['proposals']): LogEntryView => ({
  ...{ seq: 4, at: AT, type: 'asked', proposals },
});

describe('a line', () => {
  test('of each proposal in one answer says where it comes from and what was expected', () => {
    const why = {
      ...{ source: 'region', region: { id: 2, centre: 4, radius: '1' } },
      predicted: { mean: 0.801, deviation: 0.012 },
    };
    const entry = asked({ trial: 7, family: 'vit', why }, { trial: 8, family: 'resnet', why: { source: 'initial' } });
    expect(linesOf([entry])).toEqual([
      {
        ...{ key: '4.0', event: 'proposed', at: AT, trial: 7, trialId: 'a-t7' },
        sentence: 'VIT · Region 2 · near #5 · expected 80.1 % ± 1.2 points',
      },
      { key: '4.1', event: 'proposed', at: AT, trial: 8, trialId: 'a-t8', sentence: 'RESNET · Initial' },
    ]);
  });

  test('leaves out an expectation and a deviation that are no numbers', () => {
    const sentenceOf = (mean: number, deviation: number) =>
      linesOf([asked({ trial: 0, family: 'vit', why: { source: 'global', predicted: { mean, deviation } } })])[0]
        ?.sentence;
    expect(sentenceOf(NaN, 1)).toBe('VIT · Global');
    expect(sentenceOf(0.8, NaN)).toBe('VIT · Global · expected 80.0 %');
  });

  test('of a leg says how far it goes, of one that rests what it has reached, and of one that goes on to where', () => {
    const rung = { source: 'rung' };
    const leg = { until: 3, schedule: 'part' } as const;
    const first = asked({ trial: 7, family: 'vit', why: { source: 'initial' }, leg });
    expect(linesOf([first])).toMatchObject([{ event: 'proposed', sentence: 'VIT · Initial · rests after epoch 3' }]);
    const short = asked({ trial: 7, family: 'vit', why: { source: 'initial' }, leg: { until: 1, schedule: 'own' } });
    expect(linesOf([short])).toMatchObject([{ sentence: 'VIT · Initial · a short training of 1 epoch' }]);
    const rested: LogEntryView = { seq: 5, at: AT, type: 'rested', trial: 7, epoch: 3, metrics: { accuracy: 0.5 } };
    expect(linesOf([rested])).toEqual([
      {
        ...{ key: '5', event: 'rested', at: AT, trial: 7, trialId: 'a-t7' },
        sentence: 'VIT · validation accuracy 50.0 % after 3 epochs',
      },
    ]);
    const on: LogEntryView = {
      ...{ seq: 6, at: AT, type: 'asked', proposals: [] },
      continues: [
        { trial: 7, why: rung, leg: { until: 6, schedule: 'part' } },
        { trial: 8, why: rung },
      ],
    };
    // Nothing new was proposed, and the space is not exhausted for that.
    expect(linesOf([on])).toMatchObject([
      { key: '6.0', event: 'continued', trial: 7, sentence: 'Rung · rests after epoch 6' },
      { key: '6.1', event: 'continued', trial: 8, trialId: 'a-t8', sentence: 'Rung · to its end' },
    ]);
  });

  test('of an answer without proposals says that the space has no more', () => {
    expect(linesOf([asked()])).toMatchObject([{ event: 'exhausted', sentence: expect.stringContaining('no more') }]);
  });

  test('of a result says accuracy, time and a latency where there is one, and a NaN as it is', () => {
    const sentenceOf = (entry: LogEntryView) => linesOf([entry])[0]?.sentence;
    expect(sentenceOf(told(0.8123))).toBe('VIT · validation accuracy 81.2 % in 12 s');
    expect(sentenceOf(told(0.8123, { latencyMs: 3.4321 }))).toMatch(/ in 12 s, 3\.43 ms a pass$/);
    expect(sentenceOf(told(NaN))).toBe('VIT · validation accuracy NaN % in 12 s');
  });

  test('of a student whose record has not come says what the log itself tells, and no address', () => {
    const [line] = linesOf([told(0.8)], live, () => undefined);
    expect(line).toEqual({ key: '4', event: 'finished', at: AT, trial: 2, sentence: 'validation accuracy 80.0 %' });
  });

  test('of a student that was ruled out by its latency is no result', () => {
    const slow = (number: number) => trialOf(number, { state: 'stopped', reason: 'A pass takes 9 ms.' });
    const entry = told(undefined, { latencyMs: 9 });
    expect(linesOf([entry], live, slow)).toMatchObject([{ event: 'tooSlow', sentence: 'A pass takes 9 ms.' }]);
    expect(linesOf([entry], live, () => undefined)).toMatchObject([{ event: 'tooSlow' }]);
  });

  test('of a failure holds the whole reason: a sentence, and the last words as they were written', () => {
    const last = Array.from({ length: 300 }, (_, row) => `  at step ${row}`).join('\n');
    const [line] = linesOf([failed(`The trainer process died: it ended with code 1. Its last words:\n${last}`)]);
    expect(line).toMatchObject({
      event: 'failed',
      sentence: 'The trainer process died: it ended with code 1. Its last words:',
      lastWords: last,
    });
    expect(linesOf([failed('The loss is not finite.')])[0]).not.toHaveProperty('lastWords');
  });

  test('of a student that the person stopped is no failure, though the log holds it as one', () => {
    const stopped = (number: number) => trialOf(number, { state: 'stopped' });
    expect(linesOf([failed('Stopped by you.')], live, stopped)).toMatchObject([{ event: 'stopped' }]);
  });
});

describe('the run itself', () => {
  const first = { ...told(0.8), seq: 0 };
  const events = (run: Run, entries: readonly LogEntryView[] = [first]) =>
    linesOf(entries, run).map(({ event }) => event);

  test('starts the log, but not a part of it: earlier entries are still to come', () => {
    expect(linesOf([first])[0]).toEqual({
      ...{ key: 'start', event: 'started', at: live.createdAt },
      sentence: 'TRADE, version 1 · 1,200 students to train',
    });
    expect(events(live, [told(0.8)])).toEqual(['finished']);
    expect(events(live, [])).toEqual(['started']);
  });

  test('says of given students that they are trained, not searched for', () => {
    const given = { ...live, config: { ...live.config, students: [{ family: 'vit', config: {} }] } };
    expect(linesOf([], given)[0]?.sentence).toContain('trainings of given students');
  });

  test('ends it with its reason; a pause bears no time, and its last words are not lost', () => {
    const reason = 'No trainer can be started here: it ended with code 1. Its last words:\nno backend here';
    const paused = linesOf([first], { ...live, state: 'paused', reason }).at(-1);
    expect(paused).toEqual({
      ...{ key: 'end', event: 'paused', lastWords: 'no backend here' },
      sentence: 'No trainer can be started here: it ended with code 1. Its last words:',
    });
    const finished = { ...live, state: 'finished', finishedAt: AT, seconds: 60 } as const;
    const whole = 'All 1,200 trainings were done in 60 s.';
    expect(linesOf([first], finished).at(-1)).toMatchObject({ event: 'runFinished', at: AT, sentence: whole });
    expect(linesOf([first], { ...finished, reason: 'Stopped by you after 3 students.' }).at(-1)?.sentence).toBe(
      'Stopped by you after 3 students.',
    );
    expect(linesOf([first], { ...finished, state: 'failed', reason: 'None.' }).at(-1)).toMatchObject({
      ...{ event: 'runFailed', at: AT, sentence: 'None.' },
    });
    expect(linesOf([first], { ...live, state: 'interrupted' }).at(-1)?.sentence).toContain('resumed');
  });

  test('says nothing of a pause any more when it was resumed, but that another version goes on', () => {
    expect(events(live)).toEqual(['started', 'finished']);
    expect(events({ ...live, reason: 'Gone on with version 2.' })).toEqual(['started', 'finished', 'resumed']);
  });
});

describe('a line of a search', () => {
  const search = { search: 0, family: 'vit', method: 'darts', options: {}, epochs: 10, seed: 1 };

  test('says what is trained, before the students of the same answer, and whose weights these begin with', () => {
    const from = { parents: [2, 'teacher'], map: 'inherit', seed: 1 } as const;
    const entry: LogEntryView = {
      ...{ seq: 4, at: AT, type: 'asked', search },
      proposals: [{ trial: 3, family: 'vit', why: { source: 'random' }, from }],
    };
    expect(linesOf([entry]).slice(0, 2)).toMatchObject([
      { event: 'searching', sentence: 'VIT · one network of all its students, 10 epochs by darts' },
      { event: 'proposed', trial: 3, sentence: expect.stringContaining('from the weights of #3 and the teacher') },
    ]);
    const combined = {
      ...entry,
      proposals: entry.proposals.map((one) => ({ ...one, from: { ...from, map: 'expand' } as const })),
    };
    expect(linesOf([combined])[1]?.sentence).toContain('from combined filters of #3 and the teacher');
    expect(linesOf([{ ...entry, proposals: [] }]).map(({ event }) => event)).toEqual(['searching']);
  });

  test('says its time when it is over, and why it failed', () => {
    const over: LogEntryView = { seq: 5, at: AT, type: 'searched', search: 0, mixing: [1], cpuSeconds: 12.4 };
    expect(linesOf([over]).at(-1)).toMatchObject({ event: 'searched', sentence: expect.stringContaining('12 s') });
    expect(linesOf([{ ...over, mixing: [], reason: 'The loss is NaN.\nlast words' }]).at(-1)).toMatchObject({
      ...{ event: 'searchFailed', sentence: 'The loss is NaN.', lastWords: 'last words' },
    });
  });
});

test('a log that grows makes lines of what is new or changed alone: thousands are read at each change', () => {
  const build = logLines(words);
  const entries = [
    { ...told(0.7), seq: 0 },
    { ...failed('No.'), seq: 1 },
  ];
  const students = new Map([[2, trialOf(2)]]);
  const read = (some: readonly LogEntryView[]) => build(live, some, (number) => students.get(number));
  const before = read(entries);
  const after = read([...entries, { ...told(0.9), seq: 2, trial: 3 }]);
  expect(after.slice(1, 3).every((line, index) => line === before[index + 1])).toBe(true);
  students.set(3, trialOf(3));
  const later = read([...entries, { ...told(0.9), seq: 2, trial: 3 }]);
  expect(after[3]).not.toHaveProperty('trialId');
  expect(later[3]?.trialId).toBe('a-t3');
  expect(later[1]).toBe(before[1]);
});

test('a text line says time, event, student and sentence in columns, on this machine’s clock', () => {
  // The constructor's own numbers are local ones, in any time zone.
  const at = new Date(2026, 0, 5, 7, 8, 9).toISOString();
  expect(localTime(at)).toBe('2026-01-05 07:08:09');
  const line = { key: '1', event: 'failed', trial: 11, sentence: 'The loss is not finite.' } as const;
  expect(lineText({ ...line, at })).toBe('2026-01-05 07:08:09  Failed       #12    The loss is not finite.');
  expect(lineText({ key: 'end', event: 'interrupted', sentence: 'It was cut off.' })).toBe(
    '                     Interrupted  run    It was cut off.',
  );
});
