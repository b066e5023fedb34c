/**
 * A teacher's soft targets: its logits on a few fixed views of every training image, computed once and kept on disk in
 * half precision, keyed by everything that they depend on. The trainer makes the same views again (`viewOf`).
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../core/errors.ts';
import { writeAtomically } from './atomic-file.ts';
import { readWeights } from './checkpoint.ts';
import { claimed } from './claim.ts';
import { residentImages, viewOf } from './data/augment.ts';
import type { Augmentation, ResidentImages } from './data/augment.ts';
import type { Dataset, SplitName } from './data/dataset.ts';
import { logitsOf } from './evaluate.ts';
import type { Breath } from './evaluate.ts';
import { createModel } from './model.ts';
import type { Model } from './model.ts';
import { disposeParameters, uploadWeights } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { decodeTensors, encodeTensors, roundToHalf } from './safetensors.ts';
import { readTeacherCard } from './teacher-card.ts';
import type { TeacherCard } from './teacher-card.ts';
import { LOGITS } from './teacher-targets.ts';
import type { TeacherTargets } from './teacher-targets.ts';

/** Views of each image: more of them vary more and take longer to compute, once for each teacher and data set. */
const VIEWS = 4;
const VIEW_SEED = 20_240_229;
/** Changes when the views or the form of the file change. */
const VERSION = 1;
const MILLISECONDS_BETWEEN_LOOKS = 100;

export interface LoadedTeacher {
  readonly card: TeacherCard;
  readonly model: Model;
  readonly parameters: Parameters;
}

export interface TargetsRequest {
  readonly teacherDirectory: string;
  readonly dataset: Dataset;
  /** So many of the first training images. */
  readonly count: number;
  readonly augmentation: Augmentation;
  readonly cacheDir: string;
}

/** Throws `teacher.missing`, `teacher.mismatch` (other images or classes) or `checkpoint.corrupt`. */
export function loadTeacher(directory: string, dataset: Dataset): LoadedTeacher {
  const card = readTeacherCard(directory);
  const { shape, classes } = dataset.card;
  if (card.graph.inputShape.join() !== shape.join() || card.graph.classes !== classes.length) {
    const wants = `images ${card.graph.inputShape.join('x')} of ${card.graph.classes} classes`;
    const has = `${shape.join('x')} of ${classes.length}`;
    const message = `Teacher "${card.name}" is for ${wants}, and data set "${dataset.card.id}" has ${has}. Choose another teacher.`;
    throw new WorkbenchError('teacher.mismatch', message, { file: directory });
  }
  const model = createModel(card.graph);
  const weights = readWeights(join(directory, card.weights.file), model.layout, card.weights.sha256);
  const parameters = uploadWeights(model.layout, weights);
  return { card, model, parameters };
}

/** Images as a teacher must be shown them: normalised as those that it was trained on. */
export function imagesForTeacher(
  { card }: LoadedTeacher,
  dataset: Dataset,
  split: SplitName,
  options: { readonly shift?: number; readonly count?: number },
): ResidentImages {
  const { shape, classes } = dataset.card;
  return residentImages(dataset.split(split), shape, classes.length, card.normalisation, options);
}

/**
 * From the cache where it has them, else computed and put there, view by view: trainers that start together each take
 * the views that no other has claimed. The caller owns the tensors.
 */
export async function teacherTargets(
  request: TargetsRequest,
  breath: Breath,
  onProgress: (done: number, total: number) => void,
): Promise<TeacherTargets> {
  const { dataset, count, cacheDir } = request;
  const classes = dataset.card.classes.length;
  const fingerprint = fingerprintOf(request);
  const views = viewsOf(request.augmentation);
  const logits = new Float32Array(views * count * classes);
  const missing = new Set(Array.from({ length: views }, (_, view) => view));
  const report = (done: number): void => onProgress((views - missing.size) * count + done, views * count);
  const passes = createPasses(request, breath, report);
  mkdirSync(cacheDir, { recursive: true });
  try {
    while (missing.size > 0) {
      for (const view of [...missing]) {
        const path = join(cacheDir, `teacher-logits-${fingerprint}-${view}.safetensors`);
        const values = readCached(path, count, classes) ?? (await claimed(path, () => passes.write(view, path)));
        if (values === undefined) continue;
        logits.set(values, view * count * classes);
        missing.delete(view);
      }
      if (missing.size === 0) break;
      // Others are at work on the rest. Saying so keeps the host from taking this trainer for hung.
      report(0);
      await breath();
      await setTimeout(MILLISECONDS_BETWEEN_LOOKS);
    }
  } finally {
    passes.dispose();
  }
  const tensors = new Map([[LOGITS, tf.tensor2d(logits, [views * count, classes])]]);
  return { tensors, views, viewSeed: VIEW_SEED };
}

/** Without chance all views are one. */
function viewsOf({ flip, shift, cutout }: Augmentation): number {
  return flip || shift > 0 || cutout > 0 ? VIEWS : 1;
}

interface Passes {
  /** Computes a view's logits `[count][classes]`, writes them and gives them as they were written, in half precision. */
  readonly write: (view: number, path: string) => Promise<Float32Array>;
  readonly dispose: () => void;
}

/** Loads teacher and images when the first view is asked for. */
function createPasses(
  { teacherDirectory, dataset, count, augmentation }: TargetsRequest,
  breath: Breath,
  onProgress: (done: number) => void,
): Passes {
  let loaded: { readonly teacher: LoadedTeacher; readonly images: ResidentImages } | undefined;
  const load = () => {
    const teacher = loadTeacher(teacherDirectory, dataset);
    return { teacher, images: imagesForTeacher(teacher, dataset, 'train', { shift: augmentation.shift, count }) };
  };
  return {
    write: async (view, path) => {
      loaded ??= load();
      const { teacher, images } = loaded;
      const views = (sample: number) => viewOf(VIEW_SEED, sample, view, augmentation, images);
      const values = await logitsOf(teacher.model, teacher.parameters, images, { breath, views, onProgress });
      const tensor = { name: 'logits', shape: [count, dataset.card.classes.length], values, half: true };
      writeAtomically(path, encodeTensors([tensor], { teacher: teacher.card.name, dataset: dataset.card.id }));
      return roundToHalf(values);
    },
    dispose: () => {
      loaded?.images.dispose();
      if (loaded) disposeParameters(loaded.teacher.parameters);
    },
  };
}

/** Absent: not there, or broken, which costs no more than computing them again. */
function readCached(path: string, rows: number, classes: number): Float32Array | undefined {
  try {
    const tensor = decodeTensors(readFileSync(path)).tensors.get('logits');
    return tensor?.shape.join() === [rows, classes].join() ? tensor.values : undefined;
  } catch {
    return undefined;
  }
}

function fingerprintOf({ teacherDirectory, dataset, count, augmentation }: TargetsRequest): string {
  const { weights, normalisation } = readTeacherCard(teacherDirectory);
  const parts = [VERSION, VIEW_SEED, dataset.fingerprint, count, weights.sha256, normalisation, augmentation];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
