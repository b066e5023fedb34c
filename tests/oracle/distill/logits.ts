/**
 * Matching logits: Kim et al., "Comparing Kullback-Leibler divergence and mean squared error loss
 * in knowledge distillation" (IJCAI 2021).
 *
 * symbol   meaning                            shape
 * z_s z_t  logits of student and teacher      [classes]
 */
import { requireSameLength } from './soft-targets.ts';

/** |z_s - z_t|^2 / classes. */
export function logitDistance(studentLogits: readonly number[], teacherLogits: readonly number[]): number {
  requireSameLength(studentLogits, teacherLogits);
  const squares = studentLogits.map((logit, index) => (logit - (teacherLogits[index] ?? NaN)) ** 2);
  return squares.reduce((sum, value) => sum + value, 0) / studentLogits.length;
}

/** Gradient of `logitDistance` by z_s: 2 (z_s - z_t) / classes, `[classes]`. */
export function logitDistanceGradient(
  studentLogits: readonly number[],
  teacherLogits: readonly number[],
): readonly number[] {
  requireSameLength(studentLogits, teacherLogits);
  return studentLogits.map((logit, index) => (2 * (logit - (teacherLogits[index] ?? NaN))) / studentLogits.length);
}
