/** A teacher's folder that has a card and no sense. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf } from '../../src/core/arch/cost.ts';
import { STUDENT_FAMILIES } from '../../src/core/arch/families/registry.ts';

export interface FakeTeacher {
  readonly name: string;
  readonly title: string;
  readonly dataset: { readonly id: string; readonly title: string; readonly trainImages: number };
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  readonly accuracy: { readonly validation: number; readonly test: number };
  readonly seconds?: number;
}

export const FASHION_TEACHER: FakeTeacher = {
  name: 'fashion-resnet',
  title: 'A fake teacher',
  dataset: { id: 'fashion-mnist', title: 'Fashion-MNIST', trainImages: 45000 },
  shape: [28, 28, 1],
  classes: 10,
  accuracy: { validation: 0.93, test: 0.93 },
};

export function writeFakeTeacher(folder: string, teacher: FakeTeacher): void {
  const { name, title, dataset, shape, classes, accuracy, seconds } = teacher;
  const family = STUDENT_FAMILIES.resnet({ inputShape: shape, classes });
  const graph = family.build(family.reference);
  const { params, macs } = costOf(graph);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'weights.safetensors'), 'none');
  const card = {
    ...{ name, title, graph, params, macs, accuracy, dataset, seed: 1, seconds },
    recipe: { epochs: 3, optimizer: 'sgd' },
    normalisation: { mean: 0.28, deviation: 0.35 },
    weights: { file: 'weights.safetensors', bytes: 4, sha256: '' },
  };
  writeFileSync(join(folder, 'teacher.json'), JSON.stringify(card));
}
