/** Adam over what a search learns of its paths: Kingma and Ba 2015, in double precision on the
 * host, for there are few of them. */
import type { MixingSteps } from '../../core/one-shot/method.ts';

export interface MixingState {
  readonly alpha: Float64Array;
  /** First and second moment of its slope, and steps done. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly steps: number;
  /** Paths in play. */
  readonly kept: readonly boolean[];
}

export const startState = (
  alpha: Float64Array,
  kept: readonly boolean[] = Array<boolean>(alpha.length).fill(true),
): MixingState => ({
  ...{ alpha, first: new Float64Array(alpha.length), second: new Float64Array(alpha.length), steps: 0, kept },
});

const EPSILON = 1e-8;

export function moveMixing(state: MixingState, slope: Float64Array, rule: MixingSteps): MixingState {
  const { learningRate, weightDecay, firstMoment, secondMoment } = rule;
  const steps = state.steps + 1;
  const at = (values: Float64Array, path: number): number => values[path] ?? 0;
  const slopes = slope.map((value, path) => value + weightDecay * at(state.alpha, path));
  const first = state.first.map((value, path) => firstMoment * value + (1 - firstMoment) * at(slopes, path));
  const second = state.second.map((value, path) => secondMoment * value + (1 - secondMoment) * at(slopes, path) ** 2);
  const alpha = state.alpha.map((value, path) => {
    const mean = at(first, path) / (1 - firstMoment ** steps);
    const deviation = Math.sqrt(at(second, path) / (1 - secondMoment ** steps));
    return value - (learningRate * mean) / (deviation + EPSILON);
  });
  return { ...state, alpha, first, second, steps };
}

/** As text, to the last bit. */
export const writeMixing = ({ alpha, first, second, steps, kept }: MixingState): string =>
  JSON.stringify({ alpha: [...alpha], first: [...first], second: [...second], steps, kept });

/** Undefined where it is none that was written for so many paths. */
export function readMixing(text: string, paths: number): MixingState | undefined {
  const read = JSON.parse(text) as Readonly<Record<string, unknown>>; // looked at below
  const vectorOf = (value: unknown): Float64Array | undefined =>
    Array.isArray(value) && value.length === paths && value.every(Number.isFinite)
      ? Float64Array.from(value)
      : undefined;
  const [alpha, first, second] = [vectorOf(read['alpha']), vectorOf(read['first']), vectorOf(read['second'])];
  // Earlier versions wrote none: all were.
  const { steps, kept = Array<boolean>(paths).fill(true) } = read;
  return alpha && first && second && Number.isSafeInteger(steps) && isKept(kept, paths)
    ? { alpha, first, second, steps: Number(steps), kept }
    : undefined;
}

const isKept = (value: unknown, paths: number): value is readonly boolean[] =>
  Array.isArray(value) && value.length === paths && value.every((one) => typeof one === 'boolean');
