/**
 * Latency as an objective, a limit or the cost of a reward: forecast from what was told, as draws
 * of what may be measured (docs/trade.md, step 9).
 *
 * | symbol | meaning                                                                                |
 * | u_i    | (i − ½)/M: the middles of M equal shares of probability, M = `LATENCY_DRAWS`           |
 * | P      | probability of keeping the limit; 1 without one                                        |
 * | draw i | exp(mean + deviation · Φ⁻¹(P u_i)): quantiles of the forecast, given that it is kept    |
 */
import { LATENCY_METRIC } from '../../latency.ts';
import { memoise } from '../../memoise.ts';
import { inverseLogCdf, logCdf } from '../../math/normal.ts';
import type { Metrics } from '../../objective.ts';
import type { CostedCandidate } from '../../surrogate/encoding.ts';
import { fitLatency, latencyFeatures, predictLatency } from '../../surrogate/latency-model.ts';
import type { LinearPrediction } from '../../surrogate/linear-model.ts';
import type { Ledger } from '../ledger.ts';
import type { TradeContext } from './context.ts';

/** Quasi-Monte Carlo in one dimension. [R] */
const LATENCY_DRAWS = 8;

export interface LatencyForecast {
  /** Milliseconds, the median; absent where latency is no matter, or none was told. */
  readonly expected: (member: CostedCandidate) => number | undefined;
  /** Known costs, with the expected latency among them. */
  readonly costs: (member: CostedCandidate) => Metrics;
  /** Known costs with each latency that may be measured, all as likely, given that the limit is
   * kept: `[draws]`. */
  readonly draws: (member: CostedCandidate) => readonly Metrics[];
  /** The one with the lowest latency. */
  readonly quickest: (member: CostedCandidate) => Metrics;
  /** Log probability that the measured latency is within its limit; 0 without one. */
  readonly logFeasible: (member: CostedCandidate) => number;
}

/** log u_i, rising. */
const LOG_SHARES = Array.from({ length: LATENCY_DRAWS }, (_, i) => Math.log((i + 0.5) / LATENCY_DRAWS));
const QUANTILES = LOG_SHARES.map(inverseLogCdf);

/** Follows from the log alone, so it is refitted whenever it is needed. */
export function forecastLatency(context: TradeContext, ledger: Ledger): LatencyForecast {
  const { catalogue, model, pointOf } = context;
  const { objectives, limits, reward } = catalogue.problem;
  const limit = limits.find(({ metric }) => metric === LATENCY_METRIC);
  const isTraded = reward?.cost === LATENCY_METRIC || objectives.some(({ metric }) => metric === LATENCY_METRIC);
  const told = limit || isTraded ? ledger.trials.filter(({ metrics }) => isLatency(metrics[LATENCY_METRIC])) : [];
  const featuresOf = (member: CostedCandidate): Float64Array => latencyFeatures(model.encoding, pointOf(member));
  const fitted = fitLatency(
    told.map(featuresOf),
    told.map(({ metrics }) => metrics[LATENCY_METRIC] ?? NaN),
  );
  const predict = memoise((member: CostedCandidate) => fitted && predictLatency(fitted, featuresOf(member)));
  function logFeasible(member: CostedCandidate): number {
    const prediction = limit && predict(member);
    return prediction ? logCdf((Math.log(limit.max) - prediction.mean) / prediction.deviation) : 0;
  }
  function expected(member: CostedCandidate): number | undefined {
    const prediction = predict(member);
    return prediction && Math.exp(prediction.mean);
  }
  const withLatency = ({ costs }: CostedCandidate, latency: number): Metrics => ({
    ...costs,
    [LATENCY_METRIC]: latency,
  });
  function draw(member: CostedCandidate, { mean, deviation }: LinearPrediction, i: number): Metrics {
    const share = logFeasible(member);
    const z = share > -1e-9 ? (QUANTILES[i] ?? 0) : inverseLogCdf(share + (LOG_SHARES[i] ?? 0));
    return withLatency(member, Math.exp(mean + deviation * z));
  }
  return {
    expected,
    logFeasible,
    costs(member) {
      const latency = expected(member);
      return latency === undefined ? member.costs : withLatency(member, latency);
    },
    draws(member) {
      const prediction = isTraded ? predict(member) : undefined;
      return prediction ? LOG_SHARES.map((_, i) => draw(member, prediction, i)) : [member.costs];
    },
    quickest(member) {
      const prediction = isTraded ? predict(member) : undefined;
      return prediction ? draw(member, prediction, 0) : member.costs;
    },
  };
}

const isLatency = (value: number | undefined): boolean => value !== undefined && value > 0 && Number.isFinite(value);
