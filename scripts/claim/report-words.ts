/** Numbers and names as the page writes them; of nothing, nothing. */
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import type { AnytimeCurve } from '../../src/core/anytime.ts';
import { CLAIM_SEEDS, spreadAfter } from '../../src/core/anytime.ts';
import type { DirectedComparison, LandscapeComparison } from './compare.ts';

export const titleOf = (player: string): string =>
  player === 'predefined' ? 'predefined' : strategyInfo(player).title;

export const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
export const digits = (value: number, count: number): string => (Number.isFinite(value) ? value.toFixed(count) : '');
export const signed = (value: number, count: number): string =>
  Number.isFinite(value) ? `${value > 0 ? '+' : ''}${value.toFixed(count)}` : '';
/** Percentage points of a fraction. */
export const points = (fraction: number): string => signed(100 * fraction, 2);
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** `0.9876 (0.98 to 0.99)`: median and quartiles over seeds after so many trainings. */
export function spreadText(curves: readonly AnytimeCurve[], count: number): string {
  if (curves.length === 0) return '';
  const { median, lower, upper } = spreadAfter(curves, count, 'maximize');
  return `${digits(median, 4)} (${digits(lower, 3)} to ${digits(upper, 3)})`;
}

/** p of 10,000 resamples is never below 2 / 10,001. */
export const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toPrecision(2));

/** What landscapes together say, in words. */
export const VERDICT_WORDS: Readonly<
  Record<Exclude<DirectedComparison['verdict'] | LandscapeComparison['verdict'], 'descriptive'>, string>
> = {
  better: 'better',
  worse: 'worse',
  open: 'no difference shown',
  flips: 'not shown: the sign flips',
  'one way': 'not shown: one direction only',
  'reaches 0': 'one sign, but the interval reaches 0',
};

/** Of one table, both directions. */
export function directedWords({ verdict, seeds }: DirectedComparison): string {
  if (seeds === 0) return 'not played';
  if (verdict === 'descriptive') return `no claim: ${seeds} of the ${CLAIM_SEEDS} paired seeds that one takes`;
  return VERDICT_WORDS[verdict];
}
