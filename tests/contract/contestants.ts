/** Who plays the strategies' contract: every search of the product, and toys that ask for what none of them does yet. */
import { STRATEGIES } from '../../src/core/strategies/registry.ts';
import { admit } from '../../src/core/strategies/testing.ts';
import { toyHalving } from './toy-halving/toy-halving.ts';

admit(toyHalving);

export const CONTESTANTS: readonly string[] = [...Object.keys(STRATEGIES), toyHalving.id];
