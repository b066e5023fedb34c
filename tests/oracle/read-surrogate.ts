/** The numbers of `surrogate.py` with the space they are about, and those of
 * `surrogate_gpytorch.py` about the same. */
import { readFileSync } from 'node:fs';
import type { Outcome } from '../../src/core/geometry/cells.ts';
import type { CostedCandidate } from '../../src/core/surrogate/encoding.ts';
import type { Candidate, Dimension, KnownCosts, Level, Role, Space } from '../../src/core/space/space.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import type { Standardiser } from '../../src/core/surrogate/standardise.ts';

interface Prediction {
  readonly mean: number;
  readonly variance: number;
}

export interface SurrogateOracle {
  readonly families: readonly {
    readonly name: string;
    readonly dimensions: readonly {
      readonly name: string;
      readonly role: Role;
      readonly type: 'ordinal' | 'categorical';
      readonly levels: readonly Level[];
      readonly activeWhen?: Dimension['activeWhen'];
    }[];
  }[];
  readonly candidates: readonly (Candidate & { readonly costs: KnownCosts })[];
  readonly logHyperparameters: Readonly<Record<string, number>>;
  readonly train: readonly number[];
  readonly test: readonly number[];
  readonly y: readonly number[];
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly logMarginalLikelihood: number;
  readonly gradient: Readonly<Record<string, number>>;
  readonly leaveOneOut: readonly Prediction[];
  readonly normal: readonly {
    readonly z: number;
    readonly logCdf: number;
    readonly logH: number;
    readonly erfc: number;
  }[];
  readonly ehvi: {
    readonly front: readonly Outcome[];
    readonly reference: Outcome;
    readonly scale: Standardiser;
    readonly cases: readonly {
      readonly mean: number;
      readonly deviation: number;
      readonly cost: number;
      readonly value: number;
    }[];
  };
}

interface GainCase {
  readonly mean: number;
  readonly deviation: number;
  readonly value: number;
}

/** By GPyTorch and BoTorch, for the space, data and hyperparameters of `SurrogateOracle`. */
export interface GpytorchOracle {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly logMarginalLikelihood: number;
  readonly gradient: Readonly<Record<string, number>>;
  /** Values themselves, without a scale between. */
  readonly ehvi: {
    readonly front: readonly Outcome[];
    readonly reference: Outcome;
    readonly cases: readonly (GainCase & { readonly cost: number })[];
  };
  /** Logarithms. */
  readonly logEi: { readonly best: number; readonly cases: readonly GainCase[] };
}

export function readSurrogateOracle(): SurrogateOracle {
  const text = readFileSync(new URL('./surrogate.json', import.meta.url), 'utf8');
  return JSON.parse(text) as SurrogateOracle; // written by surrogate.py beside it, in this form
}

export function readGpytorchOracle(): GpytorchOracle {
  const text = readFileSync(new URL('./surrogate_gpytorch.json', import.meta.url), 'utf8');
  return JSON.parse(text) as GpytorchOracle; // written by surrogate_gpytorch.py beside it, in this form
}

export const costedCandidates = (oracle: SurrogateOracle): readonly CostedCandidate[] =>
  oracle.candidates.map(({ family, config, costs }) => ({ candidate: { family, config }, costs }));

export function oracleSpace(oracle: SurrogateOracle): Space {
  const costs = new Map(oracle.candidates.map((candidate) => [candidateKey(candidate), candidate.costs]));
  return {
    families: oracle.families.map(({ name, dimensions }) => ({
      name,
      title: name,
      dimensions: dimensions.map((dimension) => ({ ...dimension, title: dimension.name })),
      costs: (config) => costs.get(candidateKey({ family: name, config })) ?? {},
    })),
  };
}
