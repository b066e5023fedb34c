/** A teacher's folder that has a card and no sense. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf } from '../../src/core/arch/cost.ts';
import { STUDENT_FAMILIES } from '../../src/core/arch/families/registry.ts';
import type { DatasetSources, Recorded } from '../../src/core/records/sources.ts';
import { teacherCardSchema } from '../../src/core/records/teacher-card.ts';
import type { DatasetCard } from '../../src/core/records/dataset-card.ts';
import type { EnsembleCard, GraphCard, LogitsCard, OnnxCard } from '../../src/core/records/teacher-card.ts';
import { canonicalText } from '../../src/core/sources.ts';
import { filesOf, networkOf } from '../../src/core/teacher.ts';

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

/** Of a student, whatever it was: a network of its data set's shape and classes. */
export function writeFakeStudentTeacher(folder: string, name: string, data: DatasetCard): GraphCard {
  const { id, title, shape, classes, splits } = data;
  const facts = { dataset: { id, title, trainImages: splits.train.count }, shape, classes: classes.length };
  writeFakeTeacher(folder, { name, title: 'A student', accuracy: { validation: 0.8, test: 0.8 }, ...facts });
  // Sound: it was written just now, as a network of ours.
  return teacherCardSchema.parse(JSON.parse(readFileSync(join(folder, 'teacher.json'), 'utf8'))) as GraphCard;
}

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

const hashed = (folder: string, file: string) => {
  writeFileSync(join(folder, file), file);
  return { file, bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') };
};

const FASHION = {
  inputShape: [28, 28, 1],
  classes: 10,
  dataset: { id: 'fashion-mnist', title: 'Fashion-MNIST' },
} as const;

const split = { images: '1'.repeat(64), labels: '2'.repeat(64) };
const SOME_SOURCES: Recorded<DatasetSources> = {
  ...{ at: '2026-01-02T03:04:05.000Z', shape: [28, 28, 1] },
  classes: Array.from({ length: 10 }, (_, label) => `class ${label}`),
  splits: { train: split, val: split, test: split },
};

/** Answers to images that nobody has seen. */
export function writeFakeLogitsTeacher(folder: string, name: string, sources = SOME_SOURCES): LogitsCard {
  mkdirSync(folder, { recursive: true });
  const card: LogitsCard = {
    ...{ kind: 'logits', name, title: 'Answers', accuracy: { train: 0.8 }, gives: 'logits', rows: { train: 45000 } },
    ...{ ...FASHION, dataset: { ...FASHION.dataset, sources } },
    weights: hashed(folder, 'logits.safetensors'),
  };
  writeFileSync(join(folder, 'teacher.json'), JSON.stringify(card));
  return card;
}

/** The mean of teachers that lie in these folders. */
export function writeFakeEnsemble(
  folder: string,
  name: string,
  members: Readonly<Record<string, string>>,
): EnsembleCard {
  mkdirSync(folder, { recursive: true });
  const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
  const known = Object.entries(members).map(([member, directory]) => {
    const card = teacherCardSchema.parse(JSON.parse(readFileSync(join(directory, 'teacher.json'), 'utf8')));
    const [{ file } = { file: '' }] = filesOf(card);
    const weights = sha256(readFileSync(join(directory, file)));
    return { name: member, weights, network: sha256(canonicalText(networkOf(card))), at: SOME_SOURCES.at };
  });
  const card: EnsembleCard = {
    ...{ kind: 'ensemble', name, title: 'Together', accuracy: { validation: 0.95, test: 0.94 }, mean: 'logits' },
    ...{ ...FASHION, members: known },
  };
  writeFileSync(join(folder, 'teacher.json'), JSON.stringify(card));
  return card;
}

/** A teacher from elsewhere, with weights in a file beside its model; neither has sense. */
export function writeFakeOnnxTeacher(folder: string, name: string): OnnxCard {
  mkdirSync(folder, { recursive: true });
  const guess = { layout: 'nchw', order: 'rgb', scale: '0-1', mean: 'none', deviation: 'none', classes: 'in order' };
  const card: OnnxCard = {
    kind: 'onnx',
    ...{ name, title: 'Theirs', params: 1000, accuracy: { validation: 0.9, test: 0.9 } },
    ...FASHION,
    reading: {
      layout: 'nchw',
      order: 'rgb',
      type: 'float32',
      gives: 'logits',
      size: [28, 28],
      ...{ input: 'images', output: 'logits', channels: 1, normalisation: { mean: [0], deviation: [1] } },
      ...{ places: Array.from({ length: 10 }, (_, label) => label), batch: 128, isFixed: false },
    },
    guesses: [{ ...guess, accuracy: 0.9, images: 256 }],
    ...{ weights: hashed(folder, 'model.onnx'), data: [hashed(folder, 'model.onnx.data')] },
  };
  writeFileSync(join(folder, 'teacher.json'), JSON.stringify(card));
  return card;
}
