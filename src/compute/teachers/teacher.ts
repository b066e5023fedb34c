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
import { LOGITS, teacherArrays, viewsThatFit } from '../../core/distill/teacher-arrays.ts';
import type { TeacherArray } from '../../core/distill/teacher-arrays.ts';
import type { SplitName } from '../../core/records/sources.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';
import { classesOf, isGraphCard, layersOf } from '../../core/teacher.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import { exclusively } from '../files/exclusive-work.ts';
import { viewOf } from '../data/augment.ts';
import type { Augmentation } from '../data/augment.ts';
import type { Dataset } from '../data/dataset.ts';
import { evaluationOf } from '../training/evaluate.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import type { Evaluation } from '../tasks/evaluate/task.ts';
import type { TeacherRef } from '../tasks/inputs.ts';
import { decodeTensors, encodeSealed, roundToHalf } from '../files/safetensors.ts';
import { fittingCard, networkHash, weightsHash } from './card.ts';
import { memberRefs, openEnsemble } from './ensemble/teacher.ts';
import { openGraphTeacher } from './graph-teacher.ts';
import { openLogitsTeacher } from './logits/teacher.ts';
import { openOnnxTeacher } from './onnx/teacher.ts';
import type { OpenTeacher } from './open-teacher.ts';
import type { TeacherTargets } from './targets.ts';

/** Views of each image: more of them vary more and take longer to compute, once for each teacher
 * and data set. Of very large sets there are fewer (`viewsThatFit`). */
const VIEWS = 8;
const VIEW_SEED = 20_240_229;
/** Changes when the views or the form of the file change. */
const VERSION = 3;
const MILLISECONDS_BETWEEN_LOOKS = 100;

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
export async function openTeacher(ref: TeacherRef, dataset: Dataset): Promise<OpenTeacher> {
  const card = fittingCard(ref, dataset.card);
  if (isGraphCard(card)) return openGraphTeacher(ref, dataset);
  switch (card.kind) {
    case 'onnx':
      return openOnnxTeacher(card, ref.directory, dataset);
    case 'logits':
      return openLogitsTeacher(card, ref.directory, dataset);
    case 'ensemble':
      return openEnsemble(card, memberRefs(card, ref), dataset, openTeacher);
  }
}

/** How good an open teacher is on a split. */
export async function evaluateTeacher(
  teacher: OpenTeacher,
  dataset: Dataset,
  split: SplitName,
  yieldToEvents: YieldToEvents,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Evaluation> {
  const { count, labels } = dataset.split(split);
  const classes = classesOf(teacher.card);
  const logits = { name: LOGITS, shape: [classes], form: { kind: 'logits' } } as const;
  const showing = { split, count, shift: 0 };
  const answers = await teacher.answers(showing, [logits], yieldToEvents, (done) => onProgress(done, count));
  return evaluationOf(answers.get(LOGITS) ?? new Float32Array(), labels, classes);
}

/**
 * From the cache where it has them, else computed and put there, view by view: trainers that start
 * together each take the views that no other has claimed. The caller owns the tensors. Throws what
 * `openTeacher` throws.
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
    await passes.dispose();
  }
  const rows = views * count;
  const tensors = values.map(({ array, all }) => [array.name, tf.tensor(all, [rows, ...array.shape])] as const);
  const layers = layersOf(card);
  const same = ignoresViews(card) && { ignoresViews: true };
  return { ...(layers && { layers }), tensors: new Map(tensors), views, rows, viewSeed: VIEW_SEED, ...same };
}

/** Answers that were written down are the same for every view of an image. */
const ignoresViews = ({ kind }: TeacherCard): boolean => kind === 'logits';

/** The same for requests whose targets are the same. Throws what `openTeacher` throws. */
export function targetsFingerprint(request: TargetsRequest): string {
  return planOf(request).fingerprint;
}

function planOf({ teacher, dataset, count, augmentation, distillation, student, ...rest }: TargetsRequest) {
  const card = fittingCard(teacher, dataset.card);
  const { flip, shift, cutout, timeMask, bandMask } = augmentation;
  const isMasked = timeMask > 0 || bandMask > 0;
  // Without chance all views are one, and to who is shown none.
  const isShown = !ignoresViews(card);
  const most = isShown && (flip || shift > 0 || cutout > 0 || isMasked) ? (rest.views ?? VIEWS) : 1;
  const arrays = teacherArrays(
    distillation,
    student,
    { classes: classesOf(card), layers: layersOf(card) },
    most * count,
  );
  const views = viewsThatFit(arrays, count, most);
  // Without masks targets are called as they were before there were any.
  const drawn = isShown ? [flip, shift, cutout, ...(isMasked ? [timeMask, bandMask] : [])] : [];
  const shown = [VERSION, VIEW_SEED, views, dataset.fingerprint, count, ...drawn];
  const parts = [...shown, weightsHash(card), networkHash(card), arrays];
  const fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return { card, arrays, views, fingerprint };
}

interface Passes {
  /** Computes a view's arrays, writes them and gives them as they were written, in half
   * precision. */
  readonly write: (view: number, path: string) => Promise<ReadonlyMap<string, Float32Array>>;
  readonly dispose: () => Promise<void>;
}

/** Opens the teacher when the first view is asked for. */
function createPasses(
  { teacher: ref, dataset, count, augmentation }: TargetsRequest,
  arrays: readonly TeacherArray[],
  yieldToEvents: YieldToEvents,
  onProgress: (done: number) => void,
): Passes {
  const [height, width] = dataset.card.shape;
  let opened: OpenTeacher | undefined;
  return {
    write: async (number, path) => {
      const teacher = (opened ??= await openTeacher(ref, dataset));
      const view = (sample: number) => viewOf(VIEW_SEED, sample, number, augmentation, { height, width });
      const showing = { split: 'train', count, shift: augmentation.shift, view } as const;
      const values = await teacher.answers(showing, arrays, yieldToEvents, onProgress);
      const tensors = arrays.map(({ name, shape }) => {
        return { name, shape: [count, ...shape], values: values.get(name) ?? new Float32Array(), half: true };
      });
      writeAtomically(path, encodeSealed(tensors, { teacher: teacher.card.name, dataset: dataset.card.id }));
      return new Map([...values].map(([name, array]) => [name, roundToHalf(array)]));
    },
    dispose: async () => opened?.dispose(),
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
