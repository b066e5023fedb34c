/** Answers of pupils as windows: what a network may know of an answer that it is to tell, and what
 * numbers stand for what. */
import { describe, expect, it } from 'vitest';
import { splitPupils } from '../../src/core/sequences/answers.ts';
import type { AnswerColumn, Pupil } from '../../src/core/sequences/answers.ts';
import { codeOf } from '../../src/core/sequences/encode.ts';
import { stepValue } from '../../src/core/sequences/steps.ts';
import { examplesOf, planWindows } from '../../src/core/sequences/windows.ts';

const COLUMNS: readonly AnswerColumn[] = [
  { name: 'skill', title: 'Skill', isKnown: true, type: 'text' },
  { name: 'time', title: 'Time', isKnown: false, type: 'any' },
];
const pupil = (name: string, ...answers: readonly (readonly [string, string, boolean])[]): Pupil => ({
  name,
  answers: answers.map(([skill, time, isRight]) => ({ isRight, values: [skill, time] })),
});
const ANN = pupil('Ann', ['b', '2', true], ['a', '1', false], ['b', '3', true]);
const BOB = pupil('Bob', ['c', '9', false], ['a', '', true]);

describe('windows of answers', () => {
  const splits = { train: [ANN], val: [BOB], test: [BOB] };
  const plan = planWindows({ columns: COLUMNS }, splits, 4);
  if (typeof plan === 'string') throw new Error(plan);

  /** By step, what each modality says. */
  function written(one: Pupil): { readonly steps: readonly (readonly number[])[][]; readonly labels: number[] } {
    if (typeof plan === 'string') throw new Error(plan);
    const { form, shape, write } = plan;
    const count = examplesOf(one);
    const windows = {
      values: new Uint8Array(count * 4 * shape[2]),
      labels: new Uint8Array(count),
      positions: new Int32Array(count),
    };
    write(one, windows, 0);
    expect([...windows.positions]).toEqual(Array.from({ length: count }, (_, example) => example + 2));
    const steps = Array.from({ length: count }, (_, example) =>
      Array.from({ length: 4 }, (_unused, step) =>
        form.modalities.map((modality) => stepValue(windows.values, (4 * example + step) * shape[2], modality)),
      ),
    );
    return { steps, labels: [...windows.labels] };
  }

  it('end with the answer that is to be told, of which only what was known before it stands there', () => {
    // Catches the answer itself, or the time that it took, among what it is told from.
    const { steps, labels } = written(ANN);
    expect(labels).toEqual([0, 1]);
    const [skill, time, correct] = [2, 2, 2];
    expect(steps[0]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [skill, time, correct],
      [1, 0, 0],
    ]);
    expect(steps[1]?.slice(1)).toEqual([
      [2, 2, 2],
      [1, 1, 1],
      [2, 0, 0],
    ]);
  });

  it('have a number of its own for what training pupils never had, and say so', () => {
    const { steps } = written(BOB);
    const unseen = 3;
    expect(steps[0]?.slice(2)).toEqual([
      // 9 is above all, in the highest bin; a skill "c" is none of "a" and "b".
      [unseen, 3, 1],
      [1, 0, 0],
    ]);
    expect(plan.warnings).toEqual([
      'Skill: 1 values of validation or test were never seen in training, and count as unseen (2 answers): c.',
    ]);
  });

  it('leave out what is too long ago', () => {
    const long = pupil('Cid', ...Array.from({ length: 6 }, (_, index) => ['a', String(index), true] as const));
    expect(
      written(long)
        .steps.at(-1)
        ?.map(([skill, , correct]) => [skill, correct]),
    ).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 0],
    ]);
  });
});

describe('the code of a column', () => {
  const time = COLUMNS[1];
  if (!time) throw new Error('There are two columns.');
  const many = pupil('x', ...Array.from({ length: 160 }, (_, index) => ['a', String(index ** 2), true] as const));

  it('has bins of as many training answers each, whatever their scale', () => {
    // Catches bins of equal width: of squares, half of them would be empty.
    const code = codeOf(time, 1, [many]);
    if (typeof code === 'string') throw new Error(code);
    const counts = new Map<number, number>();
    for (const { values } of many.answers)
      counts.set(code.of(values[1] ?? ''), (counts.get(code.of(values[1] ?? '')) ?? 0) + 1);
    expect([...counts]).toEqual(Array.from({ length: 16 }, (_, bin) => [bin + 1, 10]));
    expect(code.values).toBe(17);
    expect([code.of('-5'), code.of('1e9'), code.of(''), code.of('soon')]).toEqual([1, 16, 0, 0]);
  });

  it('is refused where nothing stands in it', () => {
    expect(codeOf(time, 1, [pupil('x', ['a', '', true], ['a', '', true])])).toMatch('"Time" is empty');
  });
});

describe('splits of pupils', () => {
  const all = Array.from({ length: 20 }, (_, index) => pupil(String(index), ['a', '1', true], ['a', '1', true]));
  it('have each pupil once, of a seed the same ones', () => {
    const cut = (seed: number) => {
      const splits = splitPupils(all, { val: 0.1, test: 0.2 }, seed);
      if (typeof splits === 'string') throw new Error(splits);
      return splits;
    };
    const { train, val, test } = cut(1);
    expect([train.length, val.length, test.length]).toEqual([14, 2, 4]);
    expect(new Set([...train, ...val, ...test]).size).toBe(20);
    expect([cut(1).test, cut(2).test.every((one) => test.includes(one))]).toEqual([test, false]);
  });

  it('keep those that are named', () => {
    const named = all.map((one, index): Pupil => (index < 5 ? { ...one, split: 'test' } : one));
    const splits = splitPupils(named, { val: 0.2, test: 0.5 }, 1);
    expect(splits).toMatchObject({ test: named.slice(0, 5), val: { length: 3 }, train: { length: 12 } });
  });

  it('are refused of too few', () => {
    expect(splitPupils(all.slice(0, 2), { val: 0.1, test: 0.1 }, 1)).toMatch(
      /2 pupils of two answers or more, too few/,
    );
  });
});
