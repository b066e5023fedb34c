/** Who plays the strategies' contract: every search of the product, and toys that ask for what none
 * of them does yet. */
import { STRATEGIES, testing } from '../../src/core/strategies/registry.ts';
import { testing as families } from '../../src/core/arch/families/registry.ts';
import { toyHalving } from './toy-halving/toy-halving.ts';
import { toyCellFamily } from './toy-one-shot/toy-cell.ts';
import { toyOneShot } from './toy-one-shot/toy-one-shot.ts';

testing.admit(toyHalving);
testing.admit(toyOneShot);
families.admit('toy-cell', toyCellFamily);

export const CONTESTANTS: readonly string[] = [...Object.keys(STRATEGIES), toyHalving.id, toyOneShot.id];
