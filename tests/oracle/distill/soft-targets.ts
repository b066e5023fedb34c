/**
 * Reference formulas of knowledge distillation on plain arrays, one sample at a time: what the
 * trainer's tensors must agree with. Hinton, Vinyals and Dean, "Distilling the knowledge in a
 * neural network" (2015).
 *
 * symbol   meaning                                                          shape
 * z_s z_t  logits of student and teacher                                    [classes]
 * T        temperature of the soft targets                                  > 0
 * p^T      softmax(z / T)                                                   [classes]
 * y        targets: 1 - s on the label, plus s / classes everywhere         [classes]
 * s        label smoothing                                                  [0, 1]
 * w        weight of the soft targets                                       [0, 1]
 */
import { WorkbenchError } from '../../../src/core/errors.ts';
import type { RecipeOf } from '../../../src/core/records/distillation.ts';

export interface LossRecipe {
  readonly distillation: RecipeOf<'none'> | RecipeOf<'kd'>;
  readonly labelSmoothing: number;
}

/** log p^T, without overflow for any finite logits. */
export function logSoftmax(logits: readonly number[], temperature = 1): readonly number[] {
  const scaled = logits.map((logit) => logit / temperature);
  const largest = Math.max(...scaled);
  const logSum = largest + Math.log(scaled.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return scaled.map((value) => value - logSum);
}

export function softmax(logits: readonly number[], temperature = 1): readonly number[] {
  return logSoftmax(logits, temperature).map(Math.exp);
}

/** y of a label. */
export function smoothedTargets(classes: number, label: number, labelSmoothing: number): readonly number[] {
  return Array.from(
    { length: classes },
    (_, index) => (index === label ? 1 - labelSmoothing : 0) + labelSmoothing / classes,
  );
}

/** -sum y log p, in nats. */
export function crossEntropy(logits: readonly number[], label: number, labelSmoothing = 0): number {
  const logProbabilities = logSoftmax(logits);
  const targets = smoothedTargets(logits.length, label, labelSmoothing);
  return -logProbabilities.reduce((sum, logProbability, index) => sum + term(targets[index], logProbability), 0);
}

/** KL(softmax(z_t / T) || softmax(z_s / T)), in nats. */
export function softTargetDivergence(
  studentLogits: readonly number[],
  teacherLogits: readonly number[],
  temperature: number,
): number {
  requireSameLength(studentLogits, teacherLogits);
  const student = logSoftmax(studentLogits, temperature);
  return logSoftmax(teacherLogits, temperature).reduce(
    (sum, logTarget, index) => sum + term(Math.exp(logTarget), logTarget - (student[index] ?? NaN)),
    0,
  );
}

/** (1 - w) CE(y, z_s) + w T^2 KL(p_t^T || p_s^T); without distillation CE(y, z_s) alone. In
 * nats. */
export function distillationLoss(
  studentLogits: readonly number[],
  teacherLogits: readonly number[],
  label: number,
  recipe: LossRecipe,
): number {
  const hard = crossEntropy(studentLogits, label, recipe.labelSmoothing);
  if (recipe.distillation.loss === 'none') return hard;
  const { temperature, weight } = recipe.distillation;
  const soft = softTargetDivergence(studentLogits, teacherLogits, temperature);
  return (1 - weight) * hard + weight * temperature ** 2 * soft;
}

/** Gradient of `distillationLoss` by z_s: (1 - w) (p_s - y) + w T (p_s^T - p_t^T), `[classes]`. */
export function distillationGradient(
  studentLogits: readonly number[],
  teacherLogits: readonly number[],
  label: number,
  recipe: LossRecipe,
): readonly number[] {
  const targets = smoothedTargets(studentLogits.length, label, recipe.labelSmoothing);
  const hard = softmax(studentLogits).map((probability, index) => probability - (targets[index] ?? NaN));
  if (recipe.distillation.loss === 'none') return hard;
  const { temperature, weight } = recipe.distillation;
  requireSameLength(studentLogits, teacherLogits);
  const student = softmax(studentLogits, temperature);
  const teacher = softmax(teacherLogits, temperature);
  return hard.map((slope, index) => {
    const soft = temperature * ((student[index] ?? NaN) - (teacher[index] ?? NaN));
    return (1 - weight) * slope + weight * soft;
  });
}

/** A target of 0 adds nothing, however unlikely the class. */
function term(target: number | undefined, value: number): number {
  return target === 0 ? 0 : (target ?? NaN) * value;
}

/** Throws `teacher.mismatch`. */
export function requireSameLength(studentLogits: readonly number[], teacherLogits: readonly number[]): void {
  if (studentLogits.length === teacherLogits.length) return;
  const counts = `${teacherLogits.length} classes, the student ${studentLogits.length}`;
  throw new WorkbenchError('teacher.mismatch', `The teacher has ${counts}: choose a teacher of the same data set.`);
}
