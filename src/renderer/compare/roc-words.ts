/** Whether the areas under two ROC curves differ, in words. */
import { rocDifference, rocOf } from '../../core/roc.ts';
import { SIGNIFICANT } from '../review/agreement.ts';
import type { Reviewed } from './use-reviewed.ts';

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

/** A sentence for each two; the word "larger" only where the test bears it. */
export function areaPairs(networks: readonly Reviewed[]): readonly string[] {
  const rocs = networks.map(({ view }) => rocOf(view));
  return networks.flatMap((first, index) =>
    networks.slice(index + 1).flatMap((second, place) => {
      const [one, other] = [rocs[index], rocs[index + 1 + place]];
      if (one === undefined || other === undefined) return [];
      const { difference, low, high, p } = rocDifference(one, other);
      if (!Number.isFinite(difference)) return [];
      const names = `${first.title} and ${second.title}`;
      if (!Number.isFinite(p)) return [`${names}: too few of a class to tell.`];
      const test = `DeLong's test, p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}`;
      const numbers = `difference ${signed(difference)}, 95 % from ${signed(low)} to ${signed(high)} (${test})`;
      const verdict =
        p >= SIGNIFICANT
          ? 'no significant difference of the areas'
          : `the area of ${difference > 0 ? first.title : second.title} is larger`;
      return [`${names}: ${verdict}; ${numbers}.`];
    }),
  );
}
