/**
 * What a loss wants of a teacher (its logits, or a few pooled maps:
 * `core/distill/teacher-arrays.ts`) on fixed views of every training image, computed once and kept
 * on disk in half precision, a file a view, keyed by everything that it depends on. The trainer
 * makes the same views again (`viewOf`).
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { sizeOf } from '../../core/arch/ops.ts';
import type { DistillationRecipe } from '../../core/records/distillation.ts';
import { teacherArrays } from '../../core/distill/teacher-arrays.ts';
import type { TeacherArray } from '../../core/distill/teacher-arrays.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { SplitName } from '../../core/records/sources.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import { readWeights } from '../files/checkpoint.ts';
import { exclusively } from '../files/exclusive-work.ts';
import { openImages, viewOf } from '../data/augment.ts';
import type { Augmentation, Images } from '../data/augment.ts';
import type { Dataset } from '../data/dataset.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import { createModel } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import { disposeParameters, uploadWeights } from '../model/parameters.ts';
import type { HostWeights, Parameters } from '../model/parameters.ts';
import type { TeacherRef } from '../tasks/inputs.ts';
import { decodeTensors, encodeSealed, roundToHalf } from '../files/safetensors.ts';
import { networkHash, readKnownCard } from './card.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';
import { teacherPass } from './pass.ts';
import type { TeacherTargets } from './targets.ts';

/** Views of each image: more of them vary more and take longer to compute, once for each teacher
 * and data set. */
const VIEWS = 8;
const VIEW_SEED = 20_240_229;
/** Changes when the views or the form of the file change. */
const VERSION = 3;
const MILLISECONDS_BETWEEN_LOOKS = 100;

export interface LoadedTeacher {
  readonly card: TeacherCard;
  readonly model: Model;
  readonly parameters: Parameters;
}

export interface TargetsRequest {
  readonly teacher: TeacherRef;
  readonly dataset: Dataset;
  /** So many of the first training images. */
  readonly count: number;
  readonly augmentation: Augmentation;
  readonly distillation: DistillationRecipe;
  /** Its levels say which maps are wanted; losses on logits want none. */
  readonly student: ArchitectureGraph;
  readonly cacheDir: string;
  /** Where anything is augmented; absent: `VIEWS`. */
  readonly views?: number;
}

/** Throws `teacher.missing` (also where it is damaged), `teacher.mismatch` (other images or
 * classes) or `teacher.changed`. */
export function loadTeacher(ref: TeacherRef, dataset: Dataset): LoadedTeacher {
  const { directory } = ref;
  const card = fittingCard(ref, dataset);
  const model = createModel(card.graph);
  const weights = weightsOf(join(directory, card.weights.file), model, card.weights.sha256);
  const parameters = uploadWeights(model.layout, weights);
  return { card, model, parameters };
}

/** A damaged teacher is every student's fault, and none's: it is not their checkpoint. */
function weightsOf(file: string, { layout }: Model, sha256: string): HostWeights {
  try {
    return readWeights(file, layout, sha256);
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    const message = `The teacher's weights cannot be used. ${error.message} Or choose another teacher.`;
    throw new WorkbenchError('teacher.missing', message, { file }, { cause: error });
  }
}

/** Images as a teacher must be shown them: normalised as those that it was trained on. */
export function imagesForTeacher(
  { card }: LoadedTeacher,
  dataset: Dataset,
  split: SplitName,
  options: { readonly shift?: number; readonly count?: number },
): Images {
  const { shape, classes } = dataset.card;
  return openImages(dataset.split(split), shape, classes.length, card.normalisation, options);
}

/**
 * From the cache where it has them, else computed and put there, view by view: trainers that start
 * together each take the views that no other has claimed. The caller owns the tensors. Throws what
 * `loadTeacher` throws.
 */
export async function teacherTargets(
  request: TargetsRequest,
  yieldToEvents: YieldToEvents,
  onProgress: (done: number, total: number) => void,
): Promise<TeacherTargets> {
  const { count, cacheDir } = request;
  const { card, arrays, views, fingerprint } = planOf(request);
  const values = arrays.map((array) => ({ array, all: new Float32Array(views * count * sizeOf(array.shape)) }));
  const missing = new Set(Array.from({ length: views }, (_, view) => view));
  const report = (done: number): void => onProgress((views - missing.size) * count + done, views * count);
  const passes = createPasses(request, arrays, yieldToEvents, report);
  mkdirSync(cacheDir, { recursive: true });
  try {
    while (missing.size > 0) {
      for (const view of [...missing]) {
        const path = join(cacheDir, `teacher-targets-${fingerprint}-${view}.safetensors`);
        const found = readCached(path, count, arrays) ?? (await exclusively(path, () => passes.write(view, path)));
        if (found === undefined) continue;
        for (const { array, all } of values) {
          all.set(found.get(array.name) ?? [], view * count * sizeOf(array.shape));
        }
        missing.delete(view);
      }
      if (missing.size === 0) break;
      // Others are at work on the rest. Saying so keeps the host from taking this trainer for hung.
      report(0);
      await yieldToEvents();
      await setTimeout(MILLISECONDS_BETWEEN_LOOKS);
    }
  } finally {
    passes.dispose();
  }
  const rows = views * count;
  const tensors = values.map(({ array, all }) => [array.name, tf.tensor(all, [rows, ...array.shape])] as const);
  return { graph: card.graph, tensors: new Map(tensors), views, rows, viewSeed: VIEW_SEED };
}

/** The same for requests whose targets are the same. Throws what `loadTeacher` throws. */
export function targetsFingerprint(request: TargetsRequest): string {
  return planOf(request).fingerprint;
}

function planOf({ teacher, dataset, count, augmentation, distillation, student, ...rest }: TargetsRequest) {
  const card = fittingCard(teacher, dataset);
  const { flip, shift, cutout } = augmentation;
  // Without chance all views are one.
  const views = flip || shift > 0 || cutout > 0 ? (rest.views ?? VIEWS) : 1;
  const arrays = teacherArrays(distillation, student, card.graph, views * count);
  const { weights } = card;
  const shown = [VERSION, VIEW_SEED, views, dataset.fingerprint, count, flip, shift, cutout];
  const parts = [...shown, weights.sha256, networkHash(card), arrays];
  const fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return { card, arrays, views, fingerprint };
}

function fittingCard(teacher: TeacherRef, dataset: Dataset): TeacherCard {
  const card = readKnownCard(teacher);
  const { shape, classes } = dataset.card;
  const { inputShape } = card.graph;
  const cause =
    inputShape.join() !== shape.join()
      ? `reads images of ${inputShape.join(' x ')}, and those of data set "${dataset.card.id}" are ${shape.join(' x ')}`
      : card.graph.classes !== classes.length
        ? `knows ${card.graph.classes} classes, and data set "${dataset.card.id}" has ${classes.length}`
        : undefined;
  if (cause === undefined) return card;
  throw new WorkbenchError('teacher.mismatch', `Teacher "${card.name}" ${cause}. Choose another teacher.`, {
    file: teacher.directory,
  });
}

interface Passes {
  /** Computes a view's arrays, writes them and gives them as they were written, in half
   * precision. */
  readonly write: (view: number, path: string) => Promise<ReadonlyMap<string, Float32Array>>;
  readonly dispose: () => void;
}

/** Loads teacher and images when the first view is asked for. */
function createPasses(
  { teacher: ref, dataset, count, augmentation }: TargetsRequest,
  arrays: readonly TeacherArray[],
  yieldToEvents: YieldToEvents,
  onProgress: (done: number) => void,
): Passes {
  let loaded: { readonly teacher: LoadedTeacher; readonly images: Images } | undefined;
  const load = () => {
    const teacher = loadTeacher(ref, dataset);
    return { teacher, images: imagesForTeacher(teacher, dataset, 'train', { shift: augmentation.shift, count }) };
  };
  return {
    write: async (number, path) => {
      loaded ??= load();
      const { teacher, images } = loaded;
      const view = (sample: number) => viewOf(VIEW_SEED, sample, number, augmentation, images);
      const values = await teacherPass({ ...teacher, images, view }, arrays, yieldToEvents, onProgress);
      const tensors = arrays.map(({ name, shape }) => {
        return { name, shape: [count, ...shape], values: values.get(name) ?? new Float32Array(), half: true };
      });
      writeAtomically(path, encodeSealed(tensors, { teacher: teacher.card.name, dataset: dataset.card.id }));
      return new Map([...values].map(([name, array]) => [name, roundToHalf(array)]));
    },
    dispose: () => {
      loaded?.images.dispose();
      if (loaded) disposeParameters(loaded.teacher.parameters);
    },
  };
}

/** Absent: not there, or broken, which costs no more than computing them again. */
function readCached(
  path: string,
  count: number,
  arrays: readonly TeacherArray[],
): ReadonlyMap<string, Float32Array> | undefined {
  try {
    const { tensors } = decodeTensors(readFileSync(path));
    const found = new Map<string, Float32Array>();
    for (const { name, shape } of arrays) {
      const tensor = tensors.get(name);
      if (tensor?.shape.join() !== [count, ...shape].join()) return undefined;
      found.set(name, tensor.values);
    }
    return found;
  } catch {
    return undefined;
  }
}
