/** The first steps of a new person, and when each is done: pure. */
import type { RunState } from '../../core/records/run.ts';

export const GUIDE_STEPS = [
  { id: 'search', title: 'Run a small search' },
  { id: 'front', title: 'Look at its front' },
  { id: 'pin', title: 'Pin two students' },
  { id: 'compare', title: 'Put them side by side' },
  { id: 'export', title: 'Take one with you' },
] as const;

export type GuideStepId = (typeof GUIDE_STEPS)[number]['id'];

/** What the window shows and holds. */
export interface Situation {
  readonly runs: readonly { readonly id: string; readonly state: RunState; readonly frontSize: number }[];
  readonly pins: number;
  readonly route: { readonly name: unknown; readonly id: string; readonly tab: string };
}

/** The steps that this situation shows to be done; taking one along is told by whoever saves it. */
export function stepsDone({ runs, pins, route }: Situation): readonly GuideStepId[] {
  const shown = runs.find(({ id }) => id === route.id);
  const isOnFront = route.name === 'run' && (route.tab === '' || route.tab === 'front');
  return [
    ...(runs.some(({ state }) => state === 'finished') ? (['search'] as const) : []),
    // A front of one point shows nothing to choose between.
    ...(isOnFront && (shown?.frontSize ?? 0) > 1 ? (['front'] as const) : []),
    ...(pins > 1 ? (['pin'] as const) : []),
    ...(pins > 1 && route.name === 'compare' ? (['compare'] as const) : []),
  ];
}

/** What the first step offers: to watch the search at work, to go on with the newest that was left,
 * or to start one. */
export function searchOffer<R extends { readonly run: { readonly state: RunState } }>(
  runs: readonly R[],
): { readonly kind: 'watch' | 'go-on'; readonly run: R } | { readonly kind: 'start' } {
  const running = runs.find(({ run }) => run.state === 'running');
  if (running) return { kind: 'watch', run: running };
  const left = runs.find(({ run }) => run.state === 'paused' || run.state === 'interrupted');
  return left ? { kind: 'go-on', run: left } : { kind: 'start' };
}

/** Somebody with several runs has taken the steps elsewhere. */
export function isForNewcomer(runs: number): boolean {
  return runs < 2;
}
