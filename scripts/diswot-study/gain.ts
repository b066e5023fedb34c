/** A mean of paired differences, with its standard error. */
import { mean, variance } from '../record-table/figures.ts';

export function gain(differences: readonly number[]): string {
  const error = Math.sqrt(variance(differences) / differences.length);
  return `${mean(differences) < 0 ? '' : '+'}${mean(differences).toFixed(3)} ± ${error.toFixed(3)}`;
}
