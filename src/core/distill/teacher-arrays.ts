/**
 * What a loss wants of the teacher for every view of every training image; it is computed once and
 * stored.
 *
 * - kd, mse, dkd, dist: logits, `[classes]`.
 * - at: an attention map for each pair of levels, at the size at which they are compared,
 *   `[h * w]`: no channels.
 * - fitnet: the map of the middle pair, `[h, w, channels]`, pooled so far that all views together
 *   stay within `MAP_BYTES`.
 * - crd: the vector before the logits, `[channels]`.
 */
import type { ArchitectureGraph } from '../arch/graph.ts';
import { sizeOf } from '../arch/ops.ts';
import { WorkbenchError } from '../errors.ts';
import type { DistillationLoss, DistillationRecipe, RecipeOf } from '../records/distillation.ts';
import { LOGIT_LOSSES, noLayers } from '../teacher.ts';
import { levelPairs } from './feature-levels.ts';
import type { LastVector, LevelPair, NetworkLayers } from './feature-levels.ts';

/** Of what a teacher says of all views on the device, in single precision; half of that on disk. */
const MAP_BYTES = 256 * 2 ** 20;
/** The same of one view of what layers say, which has to be in memory whole. */
const MOST_BYTES = 2 ** 31;
export const LOGITS = 'logits';

export interface TeacherArray {
  /** Says all that it depends on beside the teacher. */
  readonly name: string;
  /** Of one image. */
  readonly shape: readonly number[];
  readonly form:
    | { readonly kind: 'logits' }
    | { readonly kind: 'attention'; readonly layerId: string; readonly power: number; readonly size: Size }
    | { readonly kind: 'map'; readonly layerId: string; readonly size: Size }
    | { readonly kind: 'vector'; readonly layerId: string };
}

/** Of an array that is made of a layer. */
export type LayerForm = Exclude<TeacherArray['form'], { readonly kind: 'logits' }>;

export type Size = readonly [height: number, width: number];

type LayerLoss = 'at' | 'fitnet' | 'crd';

/** Losses that compare layers: a teacher without a graph cannot teach by them. */
const COMPARES_LAYERS: { readonly [L in DistillationLoss]: L extends LayerLoss ? true : false } = {
  ...{ none: false, kd: false, mse: false, dkd: false, dist: false },
  ...{ at: true, fitnet: true, crd: true },
};

const needsLayers = (recipe: DistillationRecipe): recipe is RecipeOf<LayerLoss> => COMPARES_LAYERS[recipe.loss];

/** What a teacher has to show. */
export interface TeacherOutputs {
  readonly classes: number;
  /** Absent where they are not known. */
  readonly layers?: NetworkLayers | undefined;
}

/** What a recipe asks of a teacher that shows no such thing, in words. */
export function lackOf(recipe: DistillationRecipe, layers: NetworkLayers | undefined): string | undefined {
  if (!needsLayers(recipe)) return undefined;
  if (layers === undefined) return 'its layers are not known';
  const isThere = recipe.loss === 'crd' ? layers.vector !== undefined : layers.levels.length > 0;
  return isThere ? undefined : `it shows no ${recipe.loss === 'crd' ? 'vectors' : 'feature maps'} beside its answers`;
}

/** `rows`: views times images. Throws `teacher.mismatch` when the two networks have nothing to
 * compare. */
export function teacherArrays(
  recipe: DistillationRecipe,
  student: ArchitectureGraph,
  { classes, layers }: TeacherOutputs,
  rows: number,
): readonly TeacherArray[] {
  if (recipe.loss === 'none') return [];
  if (!needsLayers(recipe)) return [{ name: LOGITS, shape: [classes], form: { kind: 'logits' } }];
  const lack = lackOf(recipe, layers);
  if (layers !== undefined && lack === undefined) return layerArrays(recipe, student, layers, rows);
  throw noLayers(`The teacher cannot teach so: ${lack}`, `losses on features (${recipe.loss})`, {
    remedy: LOGIT_LOSSES,
  });
}

function layerArrays(
  recipe: RecipeOf<LayerLoss>,
  student: ArchitectureGraph,
  layers: NetworkLayers,
  rows: number,
): readonly TeacherArray[] {
  switch (recipe.loss) {
    case 'at': {
      const arrays = levelPairs(student, layers).map((pair) => attentionArray(pair, recipe.power));
      // Two levels of the student may look at one of the teacher's, at one size.
      return [...new Map(arrays.map((array) => [array.name, array])).values()];
    }
    case 'fitnet':
      return [hintArray(hintPair(student, layers), rows)];
    case 'crd':
      return [vectorArray(vectorOf(layers))];
  }
}

/** Of `most` views of each of `count` images as many as `arrays` leave room for, one at least.
 * Throws `teacher.mismatch` where layers leave none for one. */
export function viewsThatFit(arrays: readonly TeacherArray[], count: number, most: number): number {
  const each = arrays.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  const isOfLayers = arrays.some(({ form }) => form.kind !== 'logits');
  if (isOfLayers && each * count > MOST_BYTES) {
    const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
    const message =
      `What the teacher's layers say of ${count} examples takes ${gigabytes(each * count)}, and ` +
      `${gigabytes(MOST_BYTES)} are the most. Give fewer examples, or a teacher of smaller layers. Or choose a loss ` +
      'on logits.';
    throw new WorkbenchError('teacher.mismatch', message, { field: 'recipe.distillation.loss' });
  }
  return Math.max(1, Math.min(most, Math.floor(MAP_BYTES / (each * count))));
}

export function attentionArray({ teacher, height, width }: LevelPair, power: number): TeacherArray {
  const name = `attention-${teacher.layerId}-${height}x${width}-p${power}`;
  const form = { kind: 'attention', layerId: teacher.layerId, power, size: [height, width] } as const;
  return { name, shape: [height * width], form };
}

/** The middle pair, the finer one of two: "layer 2 of 0 to 4" of the published comparisons. */
export function hintPair(student: ArchitectureGraph, layers: NetworkLayers): LevelPair {
  const pairs = levelPairs(student, layers);
  const pair = pairs[Math.floor((pairs.length - 1) / 2)];
  if (pair === undefined) throw new Error('Pairs are never none');
  return pair;
}

export function hintArray({ teacher, height, width }: LevelPair, rows: number): TeacherArray {
  const places = MAP_BYTES / (4 * rows * teacher.channels);
  const shrink = Math.min(1, Math.sqrt(places / (height * width)));
  const size = [Math.max(1, Math.floor(height * shrink)), Math.max(1, Math.floor(width * shrink))] as const;
  const shape = [...size, teacher.channels];
  return {
    name: `map-${teacher.layerId}-${size.join('x')}`,
    shape,
    form: { kind: 'map', layerId: teacher.layerId, size },
  };
}

/** Throws where `lackOf` finds that there is none. */
export function vectorOf({ vector }: NetworkLayers): LastVector {
  if (vector === undefined) throw new Error('The teacher shows no vector');
  return vector;
}

export function vectorArray({ layerId, length }: LastVector): TeacherArray {
  return { name: `vector-${layerId}`, shape: [length], form: { kind: 'vector', layerId } };
}

export const testing = { MAP_BYTES };
