/** A student that becomes a teacher: the same network, told as it is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { readWeights, writeWeights } from '../../src/compute/files/checkpoint.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { initialWeights } from '../../src/compute/model/parameters.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import { importStudent } from '../../src/compute/teachers/student/import.ts';
import { evaluateTeacher, openTeacher } from '../../src/compute/teachers/teacher.ts';
import { writeTinyDataset } from './support/tiny-dataset.ts';
import { tinyConvolutional } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'student-teacher-'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

const free = (): Promise<void> => Promise.resolve();

describe('a student as a teacher', () => {
  const graph = tinyConvolutional();
  const model = createModel(graph);
  const data = writeTinyDataset(join(folder, 'data'));
  const kept = writeWeights(join(folder, 'kept.safetensors'), model.layout, initialWeights(model.layout, 3));
  const recipe = { epochs: 4, optimizer: 'adamw', learningRate: 0.01, batchSize: 8 };
  const source = {
    ...({ kind: 'student', graph, recipe, seed: 3, trainImages: 20, seconds: 1.4 } as const),
    weights: { path: kept.path, sha256: kept.sha256 },
  };
  const order = { source, dataset: { directory: data }, name: 'once', title: 'Once', date: '2026-01-02' };
  const made = (directory: string, changed = order) =>
    importStudent(changed, loadDataset(data), directory, free, () => () => undefined);

  it('has its weights to the bit, and is as good as its card says when it is opened', async () => {
    // Catches weights that are rounded, and a card of another normalisation than it learned with.
    const directory = join(folder, 'teacher');
    const { card } = await made(directory);
    expect(readTeacherCard(directory)).toEqual(card);
    const weights = readWeights(join(directory, 'weights.safetensors'), model.layout);
    expect(weights).toEqual(readWeights(kept.path, model.layout));
    const dataset = loadDataset(data);
    const teacher = await openTeacher({ directory }, dataset);
    for (const [name, told] of [
      ['val', 'validation'],
      ['test', 'test'],
    ] as const) {
      const { accuracy } = await evaluateTeacher(teacher, dataset, name, free, () => undefined);
      expect(accuracy).toBe(card.accuracy[told]);
    }
    await teacher.dispose();
  });

  it('is refused where the file is another one', async () => {
    const weights = { path: kept.path, sha256: '0'.repeat(64) };
    const wrong = made(join(folder, 'none'), { ...order, source: { ...source, weights } });
    await expect(wrong).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
  });
});
