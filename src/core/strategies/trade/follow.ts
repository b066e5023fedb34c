/** A TRADE run followed through its log: its regions after each result, and what its surrogate knew
 * of the noise. */
import type { RunEvent } from '../../records/events.ts';
import { calibrate, leaveOneOutPairs } from '../../surrogate/calibration.ts';
import { unpack } from '../../surrogate/hyperparameters.ts';
import { createStandardiser } from '../../surrogate/standardise.ts';
import { withData } from '../ledger.ts';
import { familyOf } from '../../space/lattice.ts';
import type { FollowedSearch, LeftOut, RegionsAfter } from '../followed.ts';
import type { Strategy, StrategyInput } from '../strategy.ts';
import { learn } from './learn.ts';
import { radiusName } from './regions.ts';
import type { Region } from './regions.ts';
import type { TradeState } from './state.ts';

/** `strategy`: the one that has written the log. */
export function followSearch(
  strategy: Pick<Strategy<TradeState>, 'init' | 'fold'>,
  input: StrategyInput,
  log: readonly RunEvent[],
): FollowedSearch {
  let state = strategy.init(input);
  const regions: RegionsAfter[] = [];
  const noise = new Map<number, number>();
  const follow = (event: RunEvent): void => {
    const before = state;
    state = strategy.fold(before, event);
    switch (event.type) {
      case 'asked': {
        if (!event.warmStart) return;
        const deviation = noiseOf(before, event.warmStart);
        for (const { trial } of event.proposals) noise.set(trial, deviation);
        return;
      }
      case 'rested':
      case 'searched':
        return;
      case 'told':
      case 'failed':
        return void regions.push(momentOf(before, state, event.trial));
      default:
        return event satisfies never;
    }
  };
  log.forEach(follow);
  return { regions, noise, leftOut: leaveOut(state) };
}

function noiseOf({ context, ledger }: TradeState, theta: readonly number[]): number {
  const { unit } = createStandardiser(withData(ledger).map(({ learned }) => learned));
  return unit * Math.sqrt(unpack(context.model.layout, theta).noise);
}

function momentOf(before: TradeState, after: TradeState, trial: number): RegionsAfter {
  const old = new Map(before.regions.map((region) => [region.id, region]));
  const now = new Map(after.regions.map((region) => [region.id, region]));
  const claimed = after.ledger.trials[trial]?.why.region?.id ?? NaN;
  const success = successOf(old.get(claimed), now.get(claimed));
  return {
    trial,
    regions: after.regions.map((region) => {
      const { id, centre, successes, failures } = region;
      const family = after.ledger.trials[centre]?.candidate.family ?? '';
      const radius = radiusName(region, familyOf(after.context.input.problem.space, family));
      return { id, family, centre, radius, successes, failures };
    }),
    own: success === undefined ? undefined : { region: claimed, success },
    ended: [...old.keys()].filter((id) => !now.has(id)),
    opened: [...now.keys()].filter((id) => !old.has(id)),
    recentred: [...now.values()].flatMap(({ id, centre }) => ((old.get(id)?.centre ?? centre) === centre ? [] : [id])),
  };
}

/** A failure counts, or narrows; `undefined` where the region did not hear of the result, or ended
 * with it. */
function successOf(before: Region | undefined, after: Region | undefined): boolean | undefined {
  if (!before || !after || before === after) return undefined;
  return after.failures === 0 && after.step <= before.step;
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
