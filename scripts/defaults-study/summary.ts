/**
 * The figures as Markdown.
 *
 * symbol   meaning
 * gain     validation accuracy of an arm minus that of the baseline, the same student and seed
 * s.e.     over families: deviation of their mean gains / sqrt(families)
 */
import { gainOf, meanGain } from '../kd-study/summary.ts';
import type { Gain } from '../kd-study/summary.ts';
import { fraction, table } from '../study/markdown.ts';
import { BASELINE, DATASETS } from './plan.ts';
import type { DefaultsResult } from './results.ts';

/** Gains of an arm on a data set, by family. */
export function gainsOver(
  results: readonly DefaultsResult[],
  arm: string,
  baseline = BASELINE,
): ReadonlyMap<string, readonly number[]> {
  const key = ({ dataset, family, seed, epochs }: DefaultsResult): string => [dataset, family, seed, epochs].join('/');
  const base = new Map(results.filter((one) => one.arm === baseline).map((one) => [key(one), one.validationAccuracy]));
  const gains = new Map<string, readonly number[]>();
  for (const result of results) {
    const plain = base.get(key(result));
    if (result.arm !== arm || plain === undefined) continue;
    gains.set(result.family, [...(gains.get(result.family) ?? []), result.validationAccuracy - plain]);
  }
  return gains;
}

/** Gains are over the arm named `baseline`. */
export function summarise(results: readonly DefaultsResult[], baseline = BASELINE): string {
  const parts = DATASETS.flatMap((dataset) => {
    const own = results.filter((one) => one.dataset === dataset);
    return own.length === 0 ? [] : [`${dataset}:\n\n${arms(own, baseline)}`];
  });
  return parts.length > 0 ? parts.join('\n\n') : 'There is nothing to summarise yet.';
}

function arms(results: readonly DefaultsResult[], baseline: string): string {
  const names = [...new Set(results.map(({ arm }) => arm))].sort();
  const families = [...new Set(results.map(({ family }) => family))];
  const rows = names.map((name) => {
    const own = results.filter(({ arm }) => arm === name);
    const gains = gainsOver(results, name, baseline);
    const accuracy = fraction(gainOf(own.map(({ validationAccuracy }) => validationAccuracy)).mean);
    const cells = families.map((family) => (gains.has(family) ? points(gainOf(gains.get(family) ?? []).mean) : ''));
    const mean = name === baseline || gains.size === 0 ? '' : gainText(meanGain(gains));
    return [
      name.replace('tune ', ''),
      accuracy,
      mean,
      String(own.length),
      ...(name === baseline ? families.map(() => '') : cells),
    ];
  });
  return table(['setting', 'accuracy', 'gain (points) ± s.e.', 'trainings', ...families], rows);
}

const points = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(2)}`;

const gainText = ({ mean, standardError }: Gain): string =>
  Number.isFinite(standardError) ? `${points(mean)} ± ${(100 * standardError).toFixed(2)}` : points(mean);
