/**
 * iDARTS: Zhang, Su, Pan, Chang, Abbasnejad and Haffari, "iDARTS: differentiable architecture
 * search with stochastic implicit gradients" (ICML 2021). DARTS, but alpha's slope is of weights
 * after some steps: by the implicit function theorem, with the inverse Hessian as a Neumann series.
 */
import { darts } from './darts.ts';
import type { OneShotDefinition } from './method.ts';
import { DARTS_STEPS } from './shares.ts';

export const idarts: OneShotDefinition = {
  title: 'iDARTS',
  source: 'Zhang et al. 2021',
  fidelity: 'faithful',
  summary: 'DARTS with the slope that the weights’ own learning adds, by the implicit function theorem.',
  /** T and K of the paper's runs on NAS-Bench-201. */
  defaults: { ...DARTS_STEPS, steps: 4, terms: 2 },
  ranges: {
    steps: { least: 1, most: 100, isWhole: true },
    terms: { least: 0, most: 100, isWhole: true },
  },
  create: (space, { steps = NaN, terms = NaN, ...options }) => ({
    ...darts.create(space, options),
    hypergradient: { kind: 'implicit', steps, terms },
  }),
};
