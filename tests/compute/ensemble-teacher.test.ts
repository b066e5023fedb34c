/** Several teachers as one: their mean, how good it is, and members that are not what they were. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOGITS } from '../../src/core/distill/teacher-arrays.ts';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import { importEnsemble } from '../../src/compute/teachers/ensemble/import.ts';
import { disposeTargets } from '../../src/compute/teachers/targets.ts';
import { openTeacher, teacherTargets } from '../../src/compute/teachers/teacher.ts';
import { knownOf, writeRowsTeacher } from './support/rows-teacher.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { writeTinyTeacher } from './support/tiny-teacher.ts';
import { TINY_RECIPE, tinyConvolutional } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'ensemble-teacher-'));
const data = writeTinyDataset(join(folder, 'data'));
const free = (): Promise<void> => Promise.resolve();
const place = (name: string): string => join(folder, name);
let number = 0;
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

/** Of teachers in folders of their names. */
async function together(names: readonly string[], mean: 'logits' | 'probabilities' = 'logits') {
  number += 1;
  const directory = place(`ensemble-${number}`);
  const members = names.map((name) => ({ name, directory: place(name), ...knownOf(readTeacherCard(place(name))) }));
  const order = { name: 'all', title: 'All', date: '2026-01-02', dataset: { directory: data } };
  const source = { kind: 'ensemble' as const, mean, members };
  const stage = () => (): void => undefined;
  const made = await importEnsemble({ ...order, source }, loadDataset(data), directory, free, stage);
  return { ref: { directory, members: names.map(place) }, ...made };
}

async function targetsOf(teacher: { readonly directory: string }, views?: number): Promise<Float32Array> {
  const targets = await teacherTargets(
    {
      ...{ teacher, dataset: loadDataset(data), count: TINY.train, augmentation: TINY_RECIPE.augmentation },
      ...{ distillation: DISTILLATION_DEFAULTS.kd, student: tinyConvolutional(), cacheDir: place('cache') },
      ...(views !== undefined && { views }),
    },
    free,
    () => undefined,
  );
  const values = targets.tensors.get(LOGITS)!.dataSync<'float32'>().slice();
  disposeTargets(targets);
  return values;
}

describe('an ensemble', () => {
  // Probabilities 1/3, 1/3, 1/3 and 2/3, 1/6, 1/6: their mean is 1/2, 1/4, 1/4.
  it.each([
    ['logits', [Math.log(4) / 2, 0, 0]],
    ['probabilities', [0.5, 0.25, 0.25].map(Math.log)],
  ] as const)('answers with the mean of %s', async (mean, row) => {
    writeRowsTeacher(place('flat'), 'flat', [0, 0, 0]);
    writeRowsTeacher(place('first'), 'first', [Math.log(4), 0, 0]);
    const { ref, card } = await together(['flat', 'first'], mean);
    const values = await targetsOf(ref, 2);
    expect(values).toHaveLength(2 * TINY.train * TINY.classes);
    values.forEach((value, index) => expect(value).toBeCloseTo(row[index % 3]!, 3));
    // Class 0 is the answer to every image, and a third are of it.
    expect(card.accuracy).toEqual({ validation: 1 / 3, test: 1 / 3 });
    expect(readTeacherCard(ref.directory)).toEqual(card);
  });

  it('of a network and of answers follows the views of the network', async () => {
    writeTinyTeacher(place('own'));
    writeRowsTeacher(place('rows'), 'rows', [2, 0, -2]);
    const { ref } = await together(['own', 'rows']);
    const [alone, both] = [await targetsOf({ directory: place('own') }, 3), await targetsOf(ref, 3)];
    const largest = alone.reduce((most, value) => Math.max(most, Math.abs(value)), 2);
    both.forEach((value, index) => {
      expect(Math.abs(value - (alone[index]! + [2, 0, -2][index % 3]!) / 2)).toBeLessThan(2e-3 * largest);
    });
  });

  it('is judged on training images where a member answers no others', async () => {
    writeRowsTeacher(place('few'), 'few', [0, 3, 0], ['train']);
    writeRowsTeacher(place('first'), 'first', [Math.log(4), 0, 0]);
    const { card } = await together(['few', 'first']);
    expect(card.accuracy).toEqual({ train: 1 / 3 });
  });

  it('has the params of its members where all are known', async () => {
    const own = readTeacherCard(writeTinyTeacher(place('own')));
    writeTinyTeacher(place('twin'));
    const { card } = await together(['own', 'twin']);
    expect(card.params).toBe(2 * ('params' in own ? own.params! : NaN));
    writeRowsTeacher(place('rows'), 'rows', [2, 0, -2]);
    expect((await together(['own', 'rows'])).card.params).toBeUndefined();
  });

  it('is refused where a member is another one, is not there, or is an ensemble', async () => {
    writeRowsTeacher(place('flat'), 'flat', [0, 0, 0]);
    writeRowsTeacher(place('rows'), 'rows', [2, 0, -2]);
    const { ref } = await together(['flat', 'rows']);
    await expect(openTeacher({ directory: ref.directory }, loadDataset(data))).rejects.toThrow(
      'Member "flat" of the ensemble "all" is not here',
    );
    await expect(together(['flat', ref.directory.slice(folder.length + 1)])).rejects.toThrow('is an ensemble itself');
    writeRowsTeacher(place('flat'), 'flat', [0, 1, 0]);
    await expect(openTeacher(ref, loadDataset(data))).rejects.toThrow('its weights changed');
  });

  it('has no layers to learn from', async () => {
    writeTinyTeacher(place('own'));
    writeTinyTeacher(place('twin'));
    const { ref } = await together(['own', 'twin']);
    const request = {
      ...{ teacher: ref, dataset: loadDataset(data), count: TINY.train, augmentation: TINY_RECIPE.augmentation },
      ...{ distillation: DISTILLATION_DEFAULTS.at, student: tinyConvolutional(), cacheDir: place('cache') },
    };
    await expect(teacherTargets(request, free, () => undefined)).rejects.toThrow('Choose a loss on logits');
  });
});
