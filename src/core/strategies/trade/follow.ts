/** A TRADE run followed through its log: its regions after each result, and what its surrogate knew
 * of the noise. */
import type { RunEvent } from '../../records/events.ts';
import { calibrate, leaveOneOutPairs } from '../../surrogate/calibration.ts';
import { unpack } from '../../surrogate/hyperparameters.ts';
import { createStandardiser } from '../../surrogate/standardise.ts';
import { withData } from '../ledger.ts';
import { familyOf } from '../../space/lattice.ts';
import type { FollowedSearch, LeftOut, RegionMoment, RegionsAfter } from '../followed.ts';
import type { Strategy, StrategyInput } from '../strategy.ts';
import { learn } from './learn.ts';
import { believedResults } from './propose.ts';
import { contributions, isOpen, isRadius, playLaw, radiusName } from './regions.ts';
import { withLegs } from './legs.ts';
import { judged } from './state.ts';
import type { TradeState } from './state.ts';

/** `strategy`: the one that has written the log. */
export function followSearch(
  strategy: Pick<Strategy<TradeState>, 'init' | 'fold'>,
  input: StrategyInput,
  log: readonly RunEvent[],
): FollowedSearch {
  let state = strategy.init(input);
  const ended: number[] = [];
  const noise = new Map<number, number>();
  const follow = (event: RunEvent): void => {
    const before = state;
    state = strategy.fold(before, event);
    switch (event.type) {
      case 'asked': {
        if (!event.warmStart) return;
        const deviation = noiseOf(withLegs(before), event.warmStart);
        for (const { trial } of event.proposals) noise.set(trial, deviation);
        return;
      }
      case 'rested':
      case 'mixed':
      case 'searched':
        return;
      case 'told':
      case 'failed':
        return void ended.push(event.trial);
      default:
        return event satisfies never;
    }
  };
  log.forEach(follow);
  const seen = withLegs(state);
  return { regions: regionsAfter(seen, ended), noise, leftOut: leaveOut(seen) };
}

function noiseOf({ context, ledger }: TradeState, theta: readonly number[]): number {
  const { unit } = createStandardiser(withData(ledger).map(({ learned }) => learned));
  return unit * Math.sqrt(unpack(context.model.layout, theta).noise);
}

/**
 * The region after each result, by the law as it stands at the end: played over all results with
 * the values that are believed by then. None where an earlier version wrote the log, whose regions
 * were others.
 */
function regionsAfter(state: TradeState, ended: readonly number[]): readonly RegionsAfter[] {
  const { context, ledger } = state;
  const isEarlier = ledger.trials.some(({ why }) => why.region && !isRadius(why.region.radius));
  if (context.options['regions'] !== true || isEarlier || withData(ledger).length === 0) return [];
  const { space } = context.input.problem;
  const { reference } = judged(state);
  const results = believedResults(state, learn(context, ledger));
  const places = new Map(results.map(({ trial }, i) => [trial, i]));
  const history = playLaw(results, reference);
  let before: RegionMoment | undefined;
  let seen = 0;
  return ended.map((trial): RegionsAfter => {
    seen = Math.max(seen, (places.get(trial) ?? -1) + 1);
    const last = history[seen - 1];
    const placed = results
      .slice(0, seen)
      .flatMap(({ trial: told, outcome }) => (outcome ? [{ trial: told, outcome }] : []));
    const centre = last && isOpen(last.region) ? contributions(placed, reference)[0]?.trial : undefined;
    const family = centre === undefined ? undefined : ledger.trials[centre]?.candidate.family;
    const now: RegionMoment | undefined =
      last && centre !== undefined && family !== undefined
        ? {
            ...{ id: last.region.id, family, centre, radius: radiusName(last.region, familyOf(space, family)) },
            ...{ successes: last.region.successes, failures: last.region.failures },
          }
        : undefined;
    const success = last?.trial === trial ? last.success : undefined;
    const stays = now !== undefined && now.id === before?.id;
    const moment = {
      trial,
      regions: now ? [now] : [],
      own: stays && success !== undefined ? { region: now.id, success } : undefined,
      ended: before && !stays ? [before.id] : [],
      opened: now && !stays ? [now.id] : [],
      recentred: stays && now.centre !== before?.centre ? [now.id] : [],
    };
    before = now;
    return moment;
  });
}

function leaveOut(state: TradeState): LeftOut | undefined {
  const data = withData(state.ledger);
  if (data.length < 3) return undefined;
  const { gp, offset } = learn(state.context, state.ledger);
  const scores = calibrate(leaveOneOutPairs(gp));
  const outputs = data.map((trial, i) => gp.y[i]! + offset(trial));
  const mean = outputs.reduce((sum, output) => sum + output, 0) / outputs.length;
  const variance = outputs.reduce((sum, output) => sum + (output - mean) ** 2, 0) / outputs.length;
  // All equal: there is nothing to tell apart.
  if (!scores || !(variance > 0)) return undefined;
  const unaided = -0.5 * (1 + Math.log(2 * Math.PI * variance));
  return { count: scores.count, logScore: scores.logScore, unaided };
}
