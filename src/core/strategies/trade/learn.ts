/** From the results so far to a posterior: scale, hyperparameters, factor, pending trials
 * (docs/trade.md, steps 3 and 7). */
import type { Problem } from '../../objective.ts';
import { createCrossCache } from '../../surrogate/cross-cache.ts';
import type { CrossCache } from '../../surrogate/cross-cache.ts';
import { appendPending, appendPoint, createGp, withOutputs } from '../../surrogate/gp.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { fitHyperparameters } from '../../surrogate/fit.ts';
import { createLayout } from '../../surrogate/hyperparameters.ts';
import { createEncoding, encode } from '../../surrogate/encoding.ts';
import type { CostedCandidate } from '../../surrogate/encoding.ts';
import { createStandardiser, toOutput, toValue } from '../../surrogate/standardise.ts';
import type { Standardiser } from '../../surrogate/standardise.ts';
import type { FamilyCatalogue } from '../catalogue.ts';
import { isPending, valueAt, withData } from '../ledger.ts';
import type { DataTrial, Ledger } from '../ledger.ts';
import { TRADE } from './constants.ts';
import type { TradeContext } from './context.ts';
import { fitWithPrior, withoutPrior } from './transfer.ts';
import type { PriorFit } from './transfer.ts';
import { forecastLatency } from './latency.ts';
import type { LatencyForecast } from './latency.ts';

export interface Learned {
  readonly scale: Standardiser;
  /** Given the results alone. */
  readonly gp: Gp;
  readonly cross: CrossCache;
  /** Given the pending trials too, at their posterior means. */
  readonly conditioned: Gp;
  readonly latency: LatencyForecast;
  /** ρ m(x): what earlier runs add to the posterior mean; 0 without any. */
  readonly offset: (member: CostedCandidate) => number;
  /** ρ, `undefined` without earlier runs. */
  readonly priorWeight: number | undefined;
  /** For the log: θ as fitted, and ρ behind it where there are earlier runs. */
  readonly fitted: readonly number[];
}

/** Likelihood evaluations that a fit to n results may spend. */
const evaluations = (n: number): number =>
  Math.round(Math.min(TRADE.fitMost, Math.max(TRADE.fitLeast, TRADE.fitWork / n ** 3)));

/**
 * Which of n results a fit looks at: all, or of more than `fitResults` the better half and, evenly
 * spread over the ranks, of the others. It is the good ones that the search has to tell apart.
 */
function fittedTo(y: Float64Array): readonly number[] {
  const ranked = Array.from(y.keys()).sort((a, b) => y[b]! - y[a]! || a - b);
  if (ranked.length <= TRADE.fitResults) return Array.from(y.keys());
  const best = ranked.slice(0, TRADE.fitResults / 2);
  const others = ranked.slice(TRADE.fitResults / 2);
  const step = others.length / (TRADE.fitResults - best.length);
  const spread = Array.from({ length: TRADE.fitResults - best.length }, (_, i) => others[Math.floor(i * step)]!);
  return [...best, ...spread].sort((a, b) => a - b);
}

/** The last count of results up to n at which a fit is due: steps grow with n, and follow from n
 * alone. */
function fitDue(n: number): number {
  let due = 1;
  for (let next = due; next <= n; next += Math.max(1, Math.floor(next / TRADE.refitEvery))) due = next;
  return due;
}

/** Needs one result with a finite value at least. */
export function learn(context: TradeContext, ledger: Ledger): Learned {
  const known = lastOf.get(context);
  if (known?.ledger === ledger) return known.learned;
  const learned = learnAnew(context, ledger);
  lastOf.set(context, { ledger, learned });
  return learned;
}

/** What was learned last: a proposal with short trainings asks twice. */
const lastOf = new WeakMap<TradeContext, { readonly ledger: Ledger; readonly learned: Learned }>();

function learnAnew(context: TradeContext, ledger: Ledger): Learned {
  const { model, pointOf, memo, prior } = context;
  const data = withData(ledger);
  const n = data.length;
  const scale = createStandardiser(data.map(({ learned }) => learned));
  const y = Float64Array.from(data, ({ learned }) => toOutput(scale, learned));
  const keys = data.map(({ key }) => key);
  const points = data.map(pointOf);
  const due = ledger.warmStart === undefined || fitDue(n) > ledger.fittedAt;
  const start = ledger.warmStart?.slice(0, model.layout.count);
  const earlier = prior && Float64Array.from(data, prior.mean);
  const recorded = { theta: start ?? [], weight: ledger.warmStart?.[model.layout.count] ?? 0 };
  const fit = (): PriorFit => {
    const chosen = fittedTo(y);
    const part = (values: Float64Array): Float64Array => Float64Array.from(chosen, (i) => values[i]!);
    const at = chosen.map((i) => points[i]!);
    const effort = evaluations(chosen.length);
    return earlier && n < (prior?.until ?? 0)
      ? fitWithPrior(model, at, part(y), part(earlier), start, effort)
      : { theta: fitHyperparameters(model, at, part(y), start, effort), weight: 0 };
  };
  const { theta, weight } = due ? fit() : recorded;
  const outputs = earlier ? withoutPrior(y, earlier, weight) : y;

  const known = memo.last;
  const reusable =
    known !== undefined &&
    known.keys.length <= n &&
    known.keys.every((key, i) => key === keys[i]) &&
    known.gp.theta.every((value, i) => value === theta[i]);
  let gp = reusable ? known.gp : createGp(model, theta, points, outputs);
  for (let i = gp.points.length; i < n; i++) gp = appendPoint(gp, points[i]!, outputs.subarray(0, i + 1));
  gp = withOutputs(gp, outputs);
  const cross = reusable ? known.cross : createCrossCache();
  memo.last = { keys, gp, cross };

  let conditioned = gp;
  for (const trial of ledger.trials) if (isPending(trial)) conditioned = appendPending(conditioned, pointOf(trial));
  return {
    scale,
    gp,
    cross,
    conditioned,
    latency: forecastLatency(context, ledger),
    offset: (member) => (prior && weight !== 0 ? weight * prior.mean(member) : 0),
    priorWeight: prior && weight,
    fitted: prior ? [...theta, weight] : theta,
  };
}

interface Fitted {
  /** Given `data` alone, in their order. */
  readonly gp: Gp;
  readonly scale: Standardiser;
  /** What is added to its posterior mean. */
  readonly offset?: (trial: DataTrial) => number;
}

/**
 * The values of `data`, `[n]`, at their posterior means without the noise, y − σ²α (Rasmussen and
 * Williams 2006, equation 2.25 at the data). Gains over the best of noisy results would be gains
 * over its luck (Letham et al. 2019).
 */
export function posteriorValues(
  problem: Problem,
  data: readonly DataTrial[],
  { gp, scale, offset }: Fitted,
): readonly number[] {
  return data.map((trial, i) => {
    const latent = gp.y[i]! - gp.terms.noise * gp.alpha[i]! + (offset?.(trial) ?? 0);
    return valueAt(problem, toValue(scale, latent), { ...trial.metrics, ...trial.costs });
  });
}

/** A family's own process, its results `data` standardised by themselves. */
export function fitFamily(
  { family, members }: FamilyCatalogue,
  metrics: readonly string[],
  mainEffects: boolean,
  data: readonly DataTrial[],
  effort: number,
) {
  const encoding = createEncoding({ families: [family] }, metrics, members);
  const model = { encoding, layout: createLayout(encoding, mainEffects) };
  const scale = createStandardiser(data.map(({ learned }) => learned));
  const y = Float64Array.from(data, ({ learned }) => toOutput(scale, learned));
  const points = data.map((trial) => encode(encoding, trial));
  const gp = createGp(model, fitHyperparameters(model, points, y, undefined, effort), points, y);
  return { encoding, scale, gp };
}

export const testing = { fittedTo };
