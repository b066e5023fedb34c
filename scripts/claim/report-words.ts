/** Numbers and names as the page writes them; of nothing, nothing. */
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import type { AnytimeCurve, Comparison } from '../../src/core/anytime.ts';
import { spreadAfter } from '../../src/core/anytime.ts';
import { verdictWords } from '../../src/bridge/words/replay-words.ts';

export const titleOf = (player: string): string =>
  player === 'predefined' ? 'predefined' : strategyInfo(player).title;

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

export const TEST_COLUMNS = ['difference', '95 % interval', 'p', 'p by Holm', 'verdict'] as const;

/** Cells under `TEST_COLUMNS`. */
export function testCells(comparison: Comparison, soFar: string): readonly string[] {
  const { seeds, difference, lower, upper, p, adjustedP } = comparison;
  if (seeds === 0) return ['', '', '', '', 'not played'];
  const words = verdictWords(comparison);
  const interval = `${signed(lower, 3)} to ${signed(upper, 3)}`;
  return [signed(difference, 3), interval, pText(p), pText(adjustedP), `${words}${soFar}`];
}
