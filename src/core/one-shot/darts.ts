/**
 * DARTS: Liu, Simonyan and Yang, "DARTS: differentiable architecture search" (ICLR 2019), with the
 * first-order approximation: p is the softmax of alpha on each edge, and a student takes the path
 * that counts most.
 */
import type { OneShotDefinition } from './method.ts';
import { byEdge } from './method.ts';

export const darts: OneShotDefinition = {
  title: 'DARTS, first order',
  source: 'Liu et al. 2019',
  fidelity: 'faithful',
  summary: 'What a path counts is a softmax on its edge, learned with the weights by their common slopes.',
  defaults: { learningRate: 3e-4, weightDecay: 1e-3 },
  create: ({ levels }, { learningRate = NaN, weightDecay = NaN }) => {
    const shares = (alpha: Float64Array): Float64Array => joined(byEdge(levels, alpha).map(softmax));
    return {
      steps: { learningRate, weightDecay, firstMoment: 0.5, secondMoment: 0.999 },
      draw: (alpha) => {
        const p = shares(alpha);
        return [{ p, pull: (dp) => pullSoftmax(levels, p, dp) }];
      },
      shares,
      derive: (alpha) => byEdge(levels, alpha).map((edge) => edge.indexOf(Math.max(...edge))),
    };
  },
};

function softmax(values: Float64Array): Float64Array {
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** dalpha_k = p_k (dp_k - sum_j p_j dp_j), edge by edge. */
function pullSoftmax(levels: readonly number[], p: Float64Array, dp: Float64Array): Float64Array {
  const slopes = byEdge(levels, dp);
  return joined(
    byEdge(levels, p).map((shares, edge) => {
      const mean = shares.reduce((sum, share, k) => sum + share * (slopes[edge]?.[k] ?? 0), 0);
      return shares.map((share, k) => share * ((slopes[edge]?.[k] ?? 0) - mean));
    }),
  );
}

const joined = (edges: readonly Float64Array[]): Float64Array => Float64Array.from(edges.flatMap((edge) => [...edge]));
