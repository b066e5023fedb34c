/** Limits of a search, in words. */
import type { SearchConfig } from '../../core/records/run.ts';

/** `params`: what is in force where nothing was said. Before a start. */
export const impliedLimitWords = (params: number): string =>
  `No limit is given: students have at most ${params.toLocaleString('en')} parameters, by the size of the teacher.`;

const NAMES: Readonly<Record<string, string>> = { params: 'parameters', macs: 'MACs an image', latencyMs: 'ms a pass' };

/** Of a run, in one line: `at most 20,000 parameters, 1,000,000 MACs an image`; undefined without
 * limits. */
export function limitsText({ limits }: Pick<SearchConfig, 'limits'>): string | undefined {
  if (limits.length === 0) return undefined;
  const parts = limits.map(({ metric, max }) => `${max.toLocaleString('en')} ${NAMES[metric] ?? metric}`);
  return `at most ${parts.join(', ')}`;
}
