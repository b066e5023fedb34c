/** The history of a run's trust regions, laid out: one lane for each that lives at a time, what
 * happened in it as events. */
import type { RegionsAfter } from '../../core/strategies/followed.ts';

export type RegionEventKind = 'opened' | 'success' | 'failure' | 'recentred' | 'ended';

/** A region from the result that opened it to the one that ended it. */
export interface RegionLife {
  readonly id: number;
  readonly family: string;
  /** From 0; a region takes the lowest that is free. */
  readonly lane: number;
  /** After so many results it has this radius; the first is when it was opened. */
  readonly radii: readonly { readonly results: number; readonly radius: string }[];
  /** Results until it ended; `undefined` while it lives. */
  readonly ended?: number;
}

export interface RegionEvent extends State {
  readonly kind: RegionEventKind;
  readonly region: RegionLife;
  /** Results so far, this one counted. */
  readonly results: number;
  /** The trial with this result. */
  readonly trial: number;
}

export interface RegionHistory {
  readonly lives: readonly RegionLife[];
  readonly events: readonly RegionEvent[];
  readonly lanes: number;
}

type Moment = RegionsAfter['regions'][number];
/** As a region stands after the result; where it ended, as it stood before. */
type State = Pick<Moment, 'radius' | 'centre' | 'successes' | 'failures'>;
type Growing = { -readonly [K in keyof RegionLife]: RegionLife[K] } & { radii: { results: number; radius: string }[] };

/** `moments`: after each result, in order. */
export function regionHistory(moments: readonly RegionsAfter[]): RegionHistory {
  const lives = new Map<number, Growing>();
  const events: RegionEvent[] = [];
  let before: ReadonlyMap<number, Moment> = new Map();
  moments.forEach((moment, index) => {
    const results = index + 1;
    const now = new Map(moment.regions.map((region) => [region.id, region]));
    const happen = (kind: RegionEventKind, state: Moment | undefined): void => {
      const region = state && lives.get(state.id);
      if (!region) return;
      const { radius, centre, successes, failures } = state;
      events.push({ kind, region, results, trial: moment.trial, radius, centre, successes, failures });
    };
    for (const id of moment.ended) {
      const life = lives.get(id);
      if (life) life.ended = results;
      happen('ended', before.get(id));
    }
    for (const region of moment.regions) {
      const life = lives.get(region.id) ?? opened(region, lives);
      if (life.radii.at(-1)?.radius !== region.radius) life.radii.push({ results, radius: region.radius });
    }
    for (const id of moment.opened) happen('opened', now.get(id));
    if (moment.own) happen(moment.own.success ? 'success' : 'failure', now.get(moment.own.region));
    for (const id of moment.recentred) happen('recentred', now.get(id));
    before = now;
  });
  const all = [...lives.values()];
  return { lives: all, events, lanes: all.reduce((most, { lane }) => Math.max(most, lane + 1), 0) };
}

function opened({ id, family }: Moment, lives: Map<number, Growing>): Growing {
  const taken = new Set([...lives.values()].filter(({ ended }) => ended === undefined).map(({ lane }) => lane));
  let lane = 0;
  while (taken.has(lane)) lane += 1;
  const life: Growing = { id, family, lane, radii: [] };
  lives.set(id, life);
  return life;
}
