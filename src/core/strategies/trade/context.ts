/** What a TRADE run knows from its first moment and never changes: candidates, their coordinates,
 * the surrogate's form. */
import { memoise } from '../../memoise.ts';
import type { CrossCache, RowWriter } from '../../surrogate/cross-cache.ts';
import type { CostedCandidate, Encoding, Point } from '../../surrogate/encoding.ts';
import { createEncoding, encode, encodeInto } from '../../surrogate/encoding.ts';
import type { Gp, Model } from '../../surrogate/gp.ts';
import { createLayout } from '../../surrogate/hyperparameters.ts';
import { createCatalogue } from '../catalogue.ts';
import type { Catalogue } from '../catalogue.ts';
import type { StrategyInput, StrategyOptions } from '../strategy.ts';
import { legPlan } from './leg-plan.ts';
import type { LegPlan } from './leg-plan.ts';
import { createPrior } from './transfer.ts';
import type { Prior } from './transfer.ts';

/** Work already done. It only saves time: what is read from here is bit for bit what would be
 * computed anew. */
export interface Memo {
  last: { readonly keys: readonly string[]; readonly gp: Gp; readonly cross: CrossCache } | undefined;
}

export interface TradeContext {
  readonly input: StrategyInput;
  readonly options: StrategyOptions;
  readonly catalogue: Catalogue;
  readonly model: Model;
  /** The member's coordinates, remembered. */
  readonly pointOf: (member: CostedCandidate) => Point;
  /** Writes them; remembered of those that the catalogue lists. */
  readonly writePoint: RowWriter;
  /** What earlier runs say, where there are any. */
  readonly prior: Prior | undefined;
  /** Where it trains by legs. */
  readonly legs: LegPlan | undefined;
  readonly memo: Memo;
}

export function createContext(given: StrategyInput, options: StrategyOptions): TradeContext {
  const legs = legPlan(given, options);
  // Students are counted in what the epochs allow to begin.
  const input = legs ? { ...given, problem: { ...given.problem, budget: legs.students } } : given;
  const catalogue = createCatalogue(input.problem, input.seed);
  const sample = catalogue.families.flatMap(({ members }) => members);
  const metrics = options['costFeatures'] === false ? [] : catalogue.costMetrics;
  const encoding: Encoding = createEncoding(input.problem.space, metrics, sample);
  const pointOf = memoise((member: CostedCandidate): Point => encode(encoding, member));
  const listed = new Map<CostedCandidate, Point | undefined>(sample.map((member) => [member, undefined]));
  // Of thousands that are looked at once, a coordinate more to remember is one more for the
  // collector to find.
  const writePoint: RowWriter = (member, row) => {
    let point = listed.get(member);
    if (!point) {
      if (!listed.has(member)) return encodeInto(encoding, member, row);
      point = pointOf(member);
      listed.set(member, point);
    }
    row.set(point.row);
    return point.family;
  };
  const model = { encoding, layout: createLayout(encoding, options['mainEffects'] !== false) };
  return {
    input,
    options,
    catalogue,
    model,
    pointOf,
    writePoint,
    prior: createPrior(catalogue, model, pointOf, input.prior ?? [], input.isPriorFromOtherData),
    legs,
    memo: { last: undefined },
  };
}
