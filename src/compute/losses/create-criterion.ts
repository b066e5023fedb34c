/** The criterion that a recipe asks for, a line for each loss, and what losses ask of a teacher. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { NetworkLayers } from '../../core/distill/feature-levels.ts';
import type { LayerForm } from '../../core/distill/teacher-arrays.ts';
import type { DistillationRecipe } from '../../core/records/distillation.ts';
import { LOGIT_LOSSES, noLayers } from '../../core/teacher.ts';
import { attentionLoss, attentionMaps } from './attention.ts';
import { contrastLoss } from './contrast.ts';
import type { Criterion } from './criterion.ts';
import { decoupledLoss } from './decoupled.ts';
import { hintLoss } from './hints.ts';
import { logitLoss } from './logits.ts';
import { mapOf, poolTo } from './places.ts';
import { relationLoss } from './relations.ts';
import { labelLoss, softTargetLoss } from './soft-targets.ts';
import type { TeacherTargets } from '../teachers/targets.ts';

export interface CriterionTask {
  readonly student: ArchitectureGraph;
  readonly distillation: DistillationRecipe;
  /** Absent: labels alone, whatever the recipe says. */
  readonly teacher?: TeacherTargets;
  /** Of all training images, `[count]`. */
  readonly labels: Uint8Array;
}

/** Throws `teacher.mismatch` when a loss on features finds no layers to compare. */
export function createCriterion({ student, distillation, teacher, labels }: CriterionTask): Criterion {
  if (teacher === undefined) return labelLoss();
  const { rows } = teacher;
  switch (distillation.loss) {
    case 'none':
      return labelLoss();
    case 'kd':
      return softTargetLoss(distillation);
    case 'mse':
      return logitLoss(distillation);
    case 'dkd':
      return decoupledLoss(distillation);
    case 'dist':
      return relationLoss(distillation);
    case 'at':
      return attentionLoss(distillation, student, layersOf(teacher));
    case 'fitnet':
      return hintLoss(distillation, student, layersOf(teacher), rows);
    case 'crd':
      return contrastLoss(distillation, student, layersOf(teacher), labels);
  }
}

function layersOf({ layers }: TeacherTargets): NetworkLayers {
  if (layers === undefined)
    throw noLayers("The teacher's layers are not known", 'losses on features', { remedy: LOGIT_LOSSES });
  return layers;
}

/** One of the teacher's arrays for a batch, `[batch][...shape]`, from what its layers gave. The
 * caller owns it. */
export function layerOutput(
  form: LayerForm,
  layers: Pick<NetworkLayers, 'levels'>,
  features: ReadonlyMap<string, Tensor>,
): Tensor {
  const feature = features.get(form.layerId);
  if (feature === undefined) throw new Error(`The teacher has no layer "${form.layerId}"`);
  // A copy: the pass disposes what it was given, and a layer's output is the tidy's.
  if (form.kind === 'vector') return tf.clone(feature);
  const level = layers.levels.find(({ layerId }) => layerId === form.layerId);
  if (level === undefined) throw new Error(`"${form.layerId}" is no level of the teacher`);
  const map = poolTo(mapOf(feature, level), form.size);
  return form.kind === 'map' ? tf.clone(map) : attentionMaps(map, form.power);
}
