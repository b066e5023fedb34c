/**
 * Parzen estimators over a union of families: a mixture of one kernel a trial and a prior (Bergstra
 * et al. 2011), each kernel a product over the family and its active dimensions (multivariate:
 * Falkner et al. 2018), as in Optuna 5.0 and Watanabe 2023.
 *
 * | symbol | meaning                                                                                       | shape   |
 * | n      | trials; kernel n is the prior                                                                 |         |
 * | w      | weights of the kernels, their sum is 1                                                        | [n + 1] |
 * | L      | levels of a dimension, at the places 0 .. L − 1                                               |         |
 * | μ, σ   | an ordinal's kernel: a normal cut to [−½, L − ½], a level having the mass within ½ of it       |         |
 *
 * A category's kernel gives its own level 1 and every level priorWeight / (n + 1), scaled to sum
 * to 1. Where a kernel's trial has no level (another family, a gate shut) the prior's takes its
 * place, so that densities of all candidates compare.
 */
import { placeOf } from '../../math/draw.ts';
import { logCdf } from '../../math/normal.ts';
import type { Rng } from '../../math/rng.ts';
import { completeConfiguration } from '../../space/lattice.ts';
import { levelIndex } from '../../space/neighbours.ts';
import type { Candidate, Dimension, Family, Level } from '../../space/space.ts';
import { TPE } from './constants.ts';

export interface Density {
  sample(rng: Rng): Candidate;
  /** Log probability of a candidate of the families, as if every combination of levels were
   * legal. */
  logDensity(candidate: Candidate): number;
}

/** The kernels of all trials in one dimension; a `trial` of −1 means the prior. */
interface DimensionKernels {
  draw(trial: number, rng: Rng): number;
  logMass(trial: number, level: number): number;
}

/** `weights` stand beside the candidates `[n]`; the prior's is added. All of them belong to
 * `families`. */
export function createDensity(
  families: readonly Family[],
  candidates: readonly Candidate[],
  weights: readonly number[],
): Density {
  const n = candidates.length;
  const total = weights.reduce((sum, weight) => sum + weight, TPE.priorWeight);
  const w = [...weights, TPE.priorWeight].map((weight) => weight / total);
  const places = candidates.map(({ family }) => families.findIndex(({ name }) => name === family));
  const familyKernels = categoryKernels(families.length, places);
  const kernels = families.map((family, f) => {
    const own = candidates.map(({ config }, i) => (places[i] === f ? config : {}));
    return family.dimensions.map((dimension) =>
      kernelsOf(
        dimension,
        own.map((config) => levelIndex(dimension, config)),
      ),
    );
  });

  function sample(rng: Rng): Candidate {
    const kernel = placeOf(w, rng.uniform());
    const f = familyKernels.draw(kernel < n ? kernel : -1, rng);
    const family = families[f]!;
    const trial = kernel < n && places[kernel] === f ? kernel : -1;
    const drawn = family.dimensions.map(({ name, levels }, d): [string, Level] => {
      return [name, levels[kernels[f]![d]!.draw(trial, rng)]!];
    });
    return { family: family.name, config: completeConfiguration(family, Object.fromEntries(drawn)) };
  }

  function logDensity({ family: name, config }: Candidate): number {
    const f = families.findIndex((family) => family.name === name);
    const levels = families[f]!.dimensions.map((dimension) => levelIndex(dimension, config));
    const within = (trial: number): number =>
      levels.reduce((sum, level, d) => (level < 0 ? sum : sum + kernels[f]![d]!.logMass(trial, level)), 0);
    const prior = within(-1);
    const terms = w.map((weight, i) => {
      const trial = i < n ? i : -1;
      return Math.log(weight) + familyKernels.logMass(trial, f) + (places[i] === f ? within(trial) : prior);
    });
    const most = terms.reduce((high, term) => Math.max(high, term), -Infinity);
    return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
  }

  return { sample, logDensity };
}

/** `levels` of the trials, `[n]`; −1 where one has none. */
function kernelsOf({ type, levels: { length } }: Dimension, levels: readonly number[]): DimensionKernels {
  return type === 'categorical' ? categoryKernels(length, levels) : ordinalKernels(length, levels);
}

function categoryKernels(length: number, levels: readonly number[]): DimensionKernels {
  const share = TPE.priorWeight / (levels.filter((level) => level >= 0).length + 1);
  const scale = 1 + share * length;
  const ownOf = (trial: number): number => levels[trial] ?? -1;
  return {
    draw(trial, rng) {
      const own = ownOf(trial);
      return own >= 0 && rng.uniform() * scale < 1 ? own : rng.int(length);
    },
    logMass(trial, level) {
      const own = ownOf(trial);
      return own < 0 ? -Math.log(length) : Math.log(((own === level ? 1 : 0) + share) / scale);
    },
  };
}

function ordinalKernels(length: number, levels: readonly number[]): DimensionKernels {
  const [low, high] = [-0.5, length - 0.5];
  const sigmas = bandwidths(levels, length);
  const kernelOf = (trial: number): { mu: number; sigma: number } => {
    const mu = levels[trial] ?? -1;
    return mu < 0 ? { mu: (low + high) / 2, sigma: length } : { mu, sigma: sigmas[trial]! };
  };
  /** Log masses of [low, high], by trial and then the prior's. */
  const inside = [...levels.keys(), -1].map((trial) => {
    const { mu, sigma } = kernelOf(trial);
    return logNormalMass((low - mu) / sigma, (high - mu) / sigma);
  });
  return {
    draw(trial, rng) {
      const { mu, sigma } = kernelOf(trial);
      for (;;) {
        const x = mu + sigma * rng.normal(); // within the range at least a third of the time
        if (x >= low && x < high) return Math.round(x);
      }
    },
    logMass(trial, level) {
      const { mu, sigma } = kernelOf(trial);
      return logNormalMass((level - 0.5 - mu) / sigma, (level + 0.5 - mu) / sigma) - inside.at(trial)!;
    },
  };
}

/**
 * Widths `[n]` by Optuna's rule: the larger gap to the neighbours among the trials' levels, at the
 * ends the one gap there is; of a single trial to the ends of the range; never outside of [range /
 * min(100, kernels + 1), range].
 */
function bandwidths(levels: readonly number[], length: number): readonly number[] {
  const order = [...levels.keys()]
    .filter((trial) => levels[trial]! >= 0)
    .sort((a, b) => levels[a]! - levels[b]! || a - b);
  const last = order.length - 1;
  const least = length / Math.min(TPE.narrowest, order.length + 2);
  const sigmas = new Array<number>(levels.length).fill(length);
  order.forEach((trial, place) => {
    const own = levels[trial]!;
    const below = place > 0 ? own - levels[order[place - 1]!]! : undefined;
    const above = place < last ? levels[order[place + 1]!]! - own : undefined;
    const alone = Math.max(own + 0.5, length - 0.5 - own);
    const gap = below === undefined && above === undefined ? alone : Math.max(below ?? 0, above ?? 0);
    sigmas[trial] = Math.min(length, Math.max(least, gap));
  });
  return sigmas;
}

/** log(Φ(b) − Φ(a)) for a < b, from the tail in which both lie. */
function logNormalMass(a: number, b: number): number {
  const [near, far] = a > 0 ? [logCdf(-a), logCdf(-b)] : [logCdf(b), logCdf(a)];
  return near + Math.log1p(-Math.exp(far - near));
}
