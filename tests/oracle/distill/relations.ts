/**
 * Relations instead of values, on plain arrays, a batch at a time: Huang et al., "Knowledge
 * distillation from a stronger teacher" (NeurIPS 2022).
 *
 * symbol    meaning                                                            shape
 * p_s p_t   softmax(z / T) of student and teacher                              [batch][classes]
 * r         Pearson's correlation of two rows or two columns
 * d_inter   mean over samples of 1 - r(row, row): relations between classes
 * d_intra   mean over classes of 1 - r(column, column): relations between samples
 * epsilon   added to both sums of squares, so that a constant row or column has r = 0 and a finite
 *           slope
 */
import type { RecipeOf } from '../../../src/core/records/distillation.ts';
import { softmax } from './soft-targets.ts';

/** The paper's code adds 1e-8 to the product of the norms, where a constant column still has a
 * slope of 1e8. */
const RELATION_EPSILON = 1e-6;

type RelationWeights = Pick<RecipeOf<'dist'>, 'temperature' | 'inter' | 'intra'>;
type Rows = readonly (readonly number[])[];

/** a.b / sqrt((a.a + epsilon) (b.b + epsilon)) of the centred values. */
export function correlation(left: readonly number[], right: readonly number[], epsilon = RELATION_EPSILON): number {
  const [a, b] = [centred(left), centred(right)];
  return dot(a, b) / Math.sqrt((dot(a, a) + epsilon) * (dot(b, b) + epsilon));
}

/** T^2 (inter d_inter + intra d_intra) of a batch's logits. */
export function relationDistance(studentLogits: Rows, teacherLogits: Rows, weights: RelationWeights): number {
  const { temperature, inter, intra } = weights;
  const student = studentLogits.map((row) => softmax(row, temperature));
  const teacher = teacherLogits.map((row) => softmax(row, temperature));
  const between = meanDistance(student, teacher);
  const within = meanDistance(transposed(student), transposed(teacher));
  return temperature ** 2 * (inter * between + intra * within);
}

/**
 * Gradient of `relationDistance` by the student's logits, `[batch][classes]`. By a centred a the
 * correlation's is b / sqrt(A B) - r a / A with A = a.a + epsilon; softmax turns a slope g by p
 * into p (g - p.g) / T.
 */
export function relationGradient(studentLogits: Rows, teacherLogits: Rows, weights: RelationWeights): Rows {
  const { temperature, inter, intra } = weights;
  const student = studentLogits.map((row) => softmax(row, temperature));
  const teacher = teacherLogits.map((row) => softmax(row, temperature));
  const byRow = correlationSlopes(student, teacher);
  const byColumn = transposed(correlationSlopes(transposed(student), transposed(teacher)));
  const classes = student[0]?.length ?? 0;
  return student.map((p, row) => {
    const slopes = p.map((_, column) => {
      const [across, along] = [byRow[row]?.[column] ?? NaN, byColumn[row]?.[column] ?? NaN];
      return (-inter * across) / student.length - (intra * along) / classes;
    });
    const mean = dot(p, slopes);
    return p.map((value, column) => temperature * value * ((slopes[column] ?? NaN) - mean));
  });
}

function meanDistance(left: Rows, right: Rows): number {
  return left.reduce((sum, row, index) => sum + 1 - correlation(row, right[index] ?? []), 0) / left.length;
}

function correlationSlopes(left: Rows, right: Rows): Rows {
  return left.map((row, index) => {
    const [a, b] = [centred(row), centred(right[index] ?? [])];
    const own = dot(a, a) + RELATION_EPSILON;
    const joint = Math.sqrt(own * (dot(b, b) + RELATION_EPSILON));
    const r = dot(a, b) / joint;
    return a.map((value, place) => (b[place] ?? NaN) / joint - (r * value) / own);
  });
}

function centred(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? NaN), 0);
}

function transposed(rows: Rows): Rows {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? NaN));
}
