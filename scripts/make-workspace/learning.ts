/**
 * Made-up trainings that look like real ones: accuracy rises with the logarithm of the parameters
 * towards a ceiling, families differ, seeds scatter, curves approach their end from below.
 *
 * | symbol | meaning                                            |
 * | E      | epochs of a training                               |
 * | a      | validation accuracy after the last one             |
 */
import type { Rng } from '../../src/core/math/rng.ts';
import type { EpochPoint } from '../../src/core/records/epoch.ts';
import type { Student } from './students.ts';

/** Chosen so that students of 1 k, 100 k and 1 M parameters reach about 72, 87 and 90 %, as on
 * Fashion-MNIST. */
const LAW = Object.freeze({ ceiling: 0.93, loss: 1.5, exponent: -0.28, familySpread: 0.012, seedSpread: 0.004 });
const CHANCE = 0.1;

/** Accuracy `a` of a student in a run whose recipe is worth `gain` more or less than others. */
export function finalAccuracy({ candidate, costs, place }: Student, gain: number, rng: Rng): number {
  const ofFamily = Math.sin(candidate.family.length * 12.9898 + (candidate.family.charCodeAt(0) % 7));
  const ofPlace = Math.sin(place * 78.233) * 0.5;
  const spread = LAW.familySpread * (ofFamily + ofPlace) + LAW.seedSpread * rng.normal();
  const accuracy = LAW.ceiling + gain - LAW.loss * costs.params ** LAW.exponent + spread;
  return rounded(Math.min(0.985, Math.max(CHANCE, accuracy)));
}

/** `[E]` points, the last of accuracy `a`; one that `fails` after so many epochs has a loss of NaN
 * there, and no more. */
export function curveOf(a: number, epochs: number, secondsEach: number, rng: Rng, fails?: number): EpochPoint[] {
  const count = fails ?? epochs;
  return Array.from({ length: count }, (_, index) => {
    const epoch = index + 1;
    const left = epoch === epochs ? 0 : Math.exp((-5 * epoch) / epochs);
    const noise = epoch === epochs ? 0 : 0.006 * rng.normal() * (1 - epoch / epochs);
    const accuracy = rounded(Math.min(1, Math.max(0, a - (a - CHANCE) * left * 0.6 + noise)));
    const loss = rounded(-Math.log(Math.max(0.02, accuracy)) * 1.6 + 0.05);
    const isBroken = epoch === fails;
    return {
      epoch,
      trainLoss: isBroken ? NaN : rounded(loss * (0.95 - 0.25 * (epoch / epochs))),
      validationLoss: isBroken ? NaN : loss,
      validationAccuracy: isBroken ? CHANCE : accuracy,
      learningRate: rounded(0.05 * (1 + Math.cos((Math.PI * index) / epochs))),
      seconds: rounded(secondsEach * (0.97 + 0.06 * rng.uniform())),
    };
  });
}

/** Five decimals: a made-up number needs no more. */
export function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
