/** The settings of the strategy `sac`, in one place. All are ours [R]: as a builder of students the
 * agent is in no paper. */
import type { SacSettings } from '../../rl/actor-critic.ts';
import { SAC } from '../../rl/sac.ts';

export const SAC_BUILDER: Omit<SacSettings, 'alpha'> & { readonly steps: number; readonly attempts: number } =
  Object.freeze({
    ...SAC,
    /** E2GAN's agent has 128 units, batches of 256, a rate of 3e-4 and τ .005, for thousands of
     * steps. Here are some hundred, so it is smaller and quicker. */
    ...{ hidden: 32, batch: 32, learningRate: 3e-3, tau: 0.2 },
    /** After each result. */
    steps: 4,
    /** Samples for one proposal, as AKD's. */
    attempts: 100,
  });

/** E2GAN's α is .1. There a network may be built again; a student is trained once, and an actor
 * that is sure of one writes nothing new. */
export const SAC_DEFAULTS = Object.freeze({ alpha: 0.3 });
