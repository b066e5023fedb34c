/** What the implementations say alike of runs and trials. */
import type { RunScore } from './store.ts';

/** Said of what a session left running that ended without saying so. */
export const CUT_OFF = 'The workbench ended while it ran; it can go on from its last checkpoint.';

export const EMPTY_SCORE: RunScore = {
  bestAccuracy: undefined,
  frontSize: 0,
  hypervolume: 0,
  history: [],
  historyStep: 1,
};

/** Names are searched without regard to case, in every alphabet (SQLite's own folding knows ASCII only). */
export function foldName(name: string): string {
  return name.toLowerCase();
}

/** In the order of their letters, whatever their case; the same in every language of the system. */
export function byLetters(left: string, right: string): number {
  const [a, b] = [foldName(left), foldName(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}
