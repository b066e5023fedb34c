/** Windows of steps and columns as bytes: what is written is read again, and what a card does not
 * know is told. */
import { describe, expect, it } from 'vitest';
import { chosenColumns, columnContent, columnOf } from '../../src/core/columns.ts';
import { formFault, laidOut, putStep, stepValue, strayStep } from '../../src/core/sequences/steps.ts';
import { datasetChanges } from '../../src/core/sources.ts';

const { form, bytes } = laidOut([
  { name: 'skill', title: 'Skill', values: 300 },
  { name: 'correct', title: 'Answer', values: 3 },
]);
const [skill, correct] = form.modalities;
const shape = [2, 1, bytes] as const;

const file = { file: 'a' };
const split = (count: number) => ({ count, images: file, labels: file });
const card = { splits: { train: split(3), val: split(1), test: split(1) }, groups: ['a', 'b'] };

describe('windows of steps', () => {
  it('have two bytes where one holds too few values, the higher first', () => {
    // Catches bytes in the order of the machine, and a modality over another's byte.
    expect(form.modalities.map(({ channel, bytes: own }) => [channel, own])).toEqual([
      [0, 2],
      [2, 1],
    ]);
    const values = new Uint8Array(2 * bytes);
    if (!skill || !correct) throw new Error('Both were laid out.');
    putStep(values, bytes, skill, 299);
    putStep(values, bytes, correct, 2);
    expect([...values]).toEqual([0, 0, 0, 1, 43, 2]);
    expect([stepValue(values, bytes, skill), stepValue(values, bytes, correct)]).toEqual([299, 2]);
    expect(strayStep(form, shape, values)).toBeUndefined();
  });

  it('are told by place and value where a modality has no such one', () => {
    const values = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 44, 0]);
    expect(strayStep(form, shape, values)).toBe(
      'step 2 of example 2 has the Skill 300, and its card has values below 300',
    );
    // Catches a piece that is looked at from the beginning.
    expect(strayStep(form, shape, values, 0, 1)).toBeUndefined();
    expect(strayStep(form, shape, values, 1, 2)).toMatch('step 2 of example 2');
  });

  it.each([
    ['more across than one', form.modalities, [2, 3, bytes], /these have 3 in their middle/],
    ['a byte past a step', form.modalities, [2, 1, 2], /"correct" stands in byte 2, and a step has 2/],
    ['one byte of two', form.modalities.map((one) => ({ ...one, channel: 1 })), [2, 1, 3], /in the same byte, 1/],
    ['too many values', form.modalities.map((one) => ({ ...one, values: 257 })), [2, 1, 3], /257 values in one byte/],
    ['one name twice', form.modalities.map((one) => ({ ...one, name: 'skill' })), [2, 1, 3], /two modalities "skill"/],
  ] as const)('are refused with %s', (_, modalities, wrong, words) => {
    expect(formFault({ kind: 'sequence', modalities }, wrong)).toMatch(words);
  });
});

describe('a column', () => {
  it('is read as it was written', () => {
    const values = Int32Array.from([1, 70_000, 2]);
    expect(columnOf(columnContent(values), 'position', card, 'train')).toEqual(values);
    expect(chosenColumns({ position: values }, [2, 1])).toEqual({ position: Int32Array.from([2, 70_000]) });
  });

  it.each([
    ['a group that is not there', 'group', [0, 2, 1], 'example 2 has the group 2, and there are 2 groups'],
    ['a group below 0', 'group', [0, 1, -1], 'example 3 has the group -1, and there are 2 groups'],
    ['a position before the first', 'position', [0, 1, 2], 'example 1 has the position 0, and positions begin at 1'],
    ['fewer numbers than examples', 'position', [1, 2], 'it has 2 numbers for 3 examples'],
  ] as const)('is refused with %s', (_, name, values, words) => {
    expect(columnOf(columnContent(values), name, card, 'train')).toBe(words);
  });

  it('is refused where it is of bytes', () => {
    const bytesInstead = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 1]);
    expect(columnOf(bytesInstead, 'group', card, 'train')).toMatch('not an IDX file of 32-bit whole numbers');
  });

  it('that changed is told of a run that knew it, and of no run before there were any', () => {
    const hashes = { images: 'i', labels: 'l' };
    const sources = (columns?: string) => {
      const one = { ...hashes, ...(columns !== undefined && { columns }) };
      return { shape: [2, 1, 3], classes: ['a', 'b'], splits: { train: one, val: one, test: one } };
    };
    expect(datasetChanges(sources('x'), sources('y'))).toContain('the test groups or positions');
    expect(datasetChanges(sources(), sources('y'))).toEqual([]);
  });
});
