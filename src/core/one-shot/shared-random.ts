/**
 * Random search with shared weights: Li and Talwalkar, "Random search and reproducibility for
 * neural architecture search" (UAI 2019). Each pass trains one student, drawn evenly. At the end
 * some drawn students are judged with the weights that all have shared, and the best is taken.
 * Nothing is learned of the paths: the control of what the other methods learn.
 */
import type { OneShotDefinition } from './method.ts';
import { byEdge } from './method.ts';
import { evenly, joined, oneOf, strongest } from './shares.ts';

export const sharedRandom: OneShotDefinition = {
  title: 'Random search with shared weights',
  source: 'Li and Talwalkar 2019',
  fidelity: 'partial',
  summary: 'Each pass trains one student by chance; the best of those drawn at the end is taken.',
  /** Students judged at the end, all on the same images; the paper judges more of them on fewer
   * images first. [R] */
  defaults: { picks: 100 },
  ranges: { picks: { least: 1, most: 10_000, isWhole: true } },
  create: ({ levels }, { picks = NaN }) => {
    const marks = (kept: readonly boolean[]): Float64Array => Float64Array.from(kept, Number);
    return {
      steps: { learningRate: 0, weightDecay: 0, firstMoment: 0, secondMoment: 0 },
      picks,
      draw: (_alpha, rng, _phase, kept) => {
        const p = joined(byEdge(levels, marks(kept)).map((edge) => oneOf(edge, rng)));
        return [{ p, pull: (dp) => new Float64Array(dp.length) }];
      },
      shares: (_alpha, kept) => evenly(levels, marks(kept)),
      derive: (alpha, kept) => strongest(levels, alpha, kept),
    };
  },
};
