/** What the study of the defaults records, and what it takes over from that of distillation. */
import type { Result } from '../kd-study/results.ts';
import type { DatasetName } from './plan.ts';

export interface DefaultsResult extends Result {
  readonly dataset: DatasetName;
}

/** Trainings of the earlier study that had these very settings, under this one's names. */
const SAME_SETTINGS: Readonly<Record<string, string>> = { kd: 'tune kd rate=0.015', dist: 'tune dist rate=0.015' };

export function takenOver(earlier: readonly Result[]): readonly DefaultsResult[] {
  return earlier.flatMap(({ testAccuracy: _, ...result }) => {
    const arm = SAME_SETTINGS[result.arm] ?? result.arm;
    if (!/^tune (kd|dist) rate=/.test(arm)) return [];
    const { family, seed, epochs } = result;
    return { ...result, arm, id: `fashion-mnist/${arm}/${family}/${seed}/${epochs}`, dataset: 'fashion-mnist' };
  });
}

/** The first line of each id. */
export function distinct(results: readonly DefaultsResult[]): readonly DefaultsResult[] {
  const byId = new Map<string, DefaultsResult>();
  for (const result of results) if (!byId.has(result.id)) byId.set(result.id, result);
  return [...byId.values()];
}
