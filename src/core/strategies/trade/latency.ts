/** Latency as an objective or limit: predicted from what was told, then treated as a known cost (docs/trade.md, step 9). */
import { LATENCY_METRIC } from '../../latency.ts';
import { logCdf } from '../../math/normal.ts';
import type { Metrics } from '../../objective.ts';
import { fitLatency, latencyFeatures, predictLatency } from '../../surrogate/latency-model.ts';
import type { LogLatency } from '../../surrogate/latency-model.ts';
import type { Member } from '../catalogue.ts';
import type { Ledger } from '../ledger.ts';
import type { TradeContext } from './context.ts';

type Costed = Pick<Member, 'candidate' | 'costs'>;

export interface LatencyForecast {
  /** Milliseconds; absent where latency is no matter, or none was told. */
  readonly expected: (member: Costed) => number | undefined;
  /** Known costs, with the expected latency among them. */
  readonly costs: (member: Costed) => Metrics;
  /** Log probability that the measured latency is within its limit; 0 without one. */
  readonly logFeasible: (member: Costed) => number;
}

/** Follows from the log alone, so it is refitted whenever it is needed. */
export function forecastLatency(context: TradeContext, ledger: Ledger): LatencyForecast {
  const { catalogue, model, pointOf } = context;
  const { objectives, limits } = catalogue.problem;
  const limit = limits.find(({ metric }) => metric === LATENCY_METRIC);
  const matters = limit !== undefined || objectives.some(({ metric }) => metric === LATENCY_METRIC);
  const told = matters ? ledger.trials.filter(({ metrics }) => isLatency(metrics[LATENCY_METRIC])) : [];
  const featuresOf = (member: Costed): Float64Array => latencyFeatures(model.encoding, pointOf(member));
  const fitted = fitLatency(
    told.map(featuresOf),
    told.map(({ metrics }) => metrics[LATENCY_METRIC] ?? NaN),
  );
  const known = new WeakMap<Costed, LogLatency>();
  function predict(member: Costed): LogLatency | undefined {
    if (!fitted) return undefined;
    const found = known.get(member) ?? predictLatency(fitted, featuresOf(member));
    known.set(member, found);
    return found;
  }
  function expected(member: Costed): number | undefined {
    const prediction = predict(member);
    return prediction && Math.exp(prediction.mean);
  }
  return {
    expected,
    costs: (member) => {
      const latency = expected(member);
      return latency === undefined ? member.costs : { ...member.costs, [LATENCY_METRIC]: latency };
    },
    logFeasible: (member) => {
      const prediction = limit && predict(member);
      return prediction ? logCdf((Math.log(limit.max) - prediction.mean) / prediction.deviation) : 0;
    },
  };
}

const isLatency = (value: number | undefined): boolean => value !== undefined && value > 0 && Number.isFinite(value);
