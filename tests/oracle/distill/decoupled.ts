/**
 * Decoupled distillation on plain arrays, one sample at a time: Zhao et al., "Decoupled knowledge
 * distillation" (CVPR 2022).
 *
 * symbol   meaning                                                             shape
 * z_s z_t  logits of student and teacher                                       [classes]
 * y        label
 * T        temperature                                                         > 0
 * p        softmax(z / T)                                                      [classes]
 * b        (p_y, 1 - p_y): the label against all the rest                      [2]
 * q        softmax of z / T over the other classes; 0 at y                     [classes]
 *
 * KL(p_t || p_s) = KL(b_t || b_s) + (1 - p_t^y) KL(q_t || q_s): DKD weighs the two terms apart, by
 * alpha and beta.
 */
import type { RecipeOf } from '../../../src/core/records/distillation.ts';
import { logSoftmax, requireSameLength } from './soft-targets.ts';

type DecoupledWeights = Pick<RecipeOf<'dkd'>, 'temperature' | 'alpha' | 'beta'>;

/** T^2 (alpha KL(b_t || b_s) + beta KL(q_t || q_s)), in nats. */
export function decoupledDivergence(
  studentLogits: readonly number[],
  teacherLogits: readonly number[],
  label: number,
  { temperature, alpha, beta }: DecoupledWeights,
): number {
  requireSameLength(studentLogits, teacherLogits);
  const student = decouple(studentLogits, label, temperature);
  const teacher = decouple(teacherLogits, label, temperature);
  const target = Math.exp(teacher.logTarget);
  const binary =
    weighed(target, teacher.logTarget - student.logTarget) + weighed(1 - target, teacher.logRest - student.logRest);
  const others = teacher.logOthers.reduce((sum, log, index) => {
    return index === label ? sum : sum + weighed(Math.exp(log), log - (student.logOthers[index] ?? NaN));
  }, 0);
  return temperature ** 2 * (alpha * binary + beta * others);
}

/** Gradient by z_s: T (alpha (p_s - b_t^y [y] - (1 - b_t^y) q_s) + beta (q_s - q_t)),
 * `[classes]`. */
export function decoupledGradient(
  studentLogits: readonly number[],
  teacherLogits: readonly number[],
  label: number,
  { temperature, alpha, beta }: DecoupledWeights,
): readonly number[] {
  requireSameLength(studentLogits, teacherLogits);
  const student = decouple(studentLogits, label, temperature);
  const teacher = decouple(teacherLogits, label, temperature);
  const target = Math.exp(teacher.logTarget);
  return logSoftmax(studentLogits, temperature).map((log, index) => {
    const own = index === label;
    const [q, wanted] = [student, teacher].map(({ logOthers }) => (own ? 0 : Math.exp(logOthers[index] ?? NaN)));
    const binary = Math.exp(log) - (own ? target : (1 - target) * (q ?? NaN));
    return temperature * (alpha * binary + beta * ((q ?? NaN) - (wanted ?? NaN)));
  });
}

interface Decoupled {
  /** log p_y and log (1 - p_y). */
  readonly logTarget: number;
  readonly logRest: number;
  /** log q; the entry at the label means nothing. */
  readonly logOthers: readonly number[];
}

function decouple(logits: readonly number[], label: number, temperature: number): Decoupled {
  const log = logSoftmax(logits, temperature);
  const others = log.filter((_, index) => index !== label);
  const largest = Math.max(...others);
  const logRest = largest + Math.log(others.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return { logTarget: log[label] ?? NaN, logRest, logOthers: log.map((value) => value - logRest) };
}

/** A probability of 0 adds nothing, however far apart the logarithms. */
function weighed(probability: number, value: number): number {
  return probability === 0 ? 0 : probability * value;
}
