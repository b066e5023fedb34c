/** Fields of a search that mean something only beside others. */
import type { Draft } from './form-model.ts';

/** Latency's settings where it is traded or limited, the reward's where it is the aim. */
export function isUsed(path: string, draft: Draft): boolean {
  const objectives = draft['objectives'];
  const isAim = (metric: string): boolean => Array.isArray(objectives) && objectives.includes(metric);
  if (path.startsWith('latency.')) return isAim('latencyMs') || String(draft['limits.latencyMs'] ?? '').trim() !== '';
  return !path.startsWith('reward.') || isAim('reward');
}
