/** The surrogate over the reference's space, and the θ whose kernel terms are the reference's
 * hyperparameters. */
import type { Space } from '../../src/core/space/space.ts';
import { createEncoding } from '../../src/core/surrogate/encoding.ts';
import type { CostedCandidate } from '../../src/core/surrogate/encoding.ts';
import type { Model } from '../../src/core/surrogate/gp.ts';
import { createLayout, NOISE_FLOOR, unpack, testing } from '../../src/core/surrogate/hyperparameters.ts';
import { readSurrogateOracle } from './read-surrogate.ts';

const { PRIORS } = testing;

const oracle = readSurrogateOracle();
const METRICS = ['macs', 'params'];

export function createModel(space: Space, sample: readonly CostedCandidate[]): Model {
  const encoding = createEncoding(space, METRICS, sample);
  return { encoding, layout: createLayout(encoding) };
}

/** With the roles at 0: what is a column's own carries all. */
export function oracleTheta(of: Model): Float64Array {
  const { layout } = of;
  const theta = new Float64Array(layout.count);
  const atZero = unpack(layout, theta);
  const set = (index: number | undefined, value: number): void => {
    if (index !== undefined) theta[index] = value;
  };
  const log = (name: string): number => oracle.logHyperparameters[name]!;
  set(layout.sharedCost, log('sharedCost') - Math.log(atZero.sharedCost));
  set(layout.family, log('family') - Math.log(atZero.family));
  set(layout.familyCost, log('familyCost') - Math.log(atZero.familyCost));
  set(layout.within, log('within') - Math.log(atZero.within));
  set(layout.main, log('main') - Math.log(atZero.main));
  set(layout.mainLength, log('mainLength') - Math.log(PRIORS.mainLength.median));
  set(layout.noise, Math.log(Math.exp(log('noise')) - NOISE_FLOOR) - Math.log(atZero.noise - NOISE_FLOOR));
  layout.costLengths.forEach((index, j) =>
    set(index, log(`costLength.${of.encoding.costs[j]!.metric}`) + Math.log(atZero.costs[j]!)),
  );
  of.encoding.families.forEach((family, f) => {
    set(layout.amplitudes[f], log(`amplitude.${family.name}`));
    family.ordinals.forEach(({ dimension }, j) =>
      set(
        layout.families[f]!.ordinals[j]!.own,
        log(`length.${family.name}.${family.dimensions[dimension]!.name}`) + Math.log(atZero.ordinals[f]![j]!),
      ),
    );
    family.categories.forEach(({ dimension }, j) =>
      set(
        layout.families[f]!.categories[j]!.own,
        log(`rate.${family.name}.${family.dimensions[dimension]!.name}`) - Math.log(atZero.categories[f]![j]!),
      ),
    );
  });
  return theta;
}
