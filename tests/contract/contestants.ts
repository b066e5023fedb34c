/** Who plays the strategies' contract: every search of the product, and toys that ask for what none
 * of them does yet. */
import { STRATEGIES, testing } from '../../src/core/strategies/registry.ts';
import { toyHalving } from './toy-halving/toy-halving.ts';

testing.admit(toyHalving);

export const CONTESTANTS: readonly string[] = [...Object.keys(STRATEGIES), toyHalving.id];
