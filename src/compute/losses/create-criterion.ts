/** The criterion that a recipe asks for: a line for each loss. */
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { DistillationRecipe } from '../../core/records/distillation.ts';
import { attentionLoss } from './attention.ts';
import { contrastLoss } from './contrast.ts';
import type { Criterion } from './criterion.ts';
import { decoupledLoss } from './decoupled.ts';
import { hintLoss } from './hints.ts';
import { logitLoss } from './logits.ts';
import { relationLoss } from './relations.ts';
import { labelLoss, softTargetLoss } from './soft-targets.ts';
import type { TeacherTargets } from '../teachers/targets.ts';

export interface CriterionTask {
  readonly student: ArchitectureGraph;
  readonly distillation: DistillationRecipe;
  /** Absent: labels alone, whatever the recipe says. */
  readonly teacher?: TeacherTargets;
  /** One-hot labels of all training images, `[count, classes]`. */
  readonly labels: Tensor2D;
}

/** Throws `teacher.mismatch` when a loss on features finds no layers to compare. */
export function createCriterion({ student, distillation, teacher, labels }: CriterionTask): Criterion {
  if (teacher === undefined) return labelLoss();
  const { graph, rows } = teacher;
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
      return attentionLoss(distillation, student, graph);
    case 'fitnet':
      return hintLoss(distillation, student, graph, rows);
    case 'crd':
      return contrastLoss(distillation, student, graph, labels);
  }
}
