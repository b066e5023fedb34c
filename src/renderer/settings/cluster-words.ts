/** A cluster and its queue in words. */
import type { ClusterView, ExecutorStatus } from '../../bridge/schemas/executor.ts';
import { digits, formatPlural } from '../format.ts';

type Trainers = ExecutorStatus['trainers'];
type Fact = readonly [name: string, value: string];

/** So many slots cost a search of 100 trainings nothing that was measured (docs/scale.md). */
const HARMLESS = 8;

/** How many trainings fit, and how many of them a search can make use of. */
export function slotsText({ slots, nodes }: Pick<ClusterView, 'slots' | 'nodes'>): string {
  if (nodes.length === 0) return 'The cluster answers, and has no machine.';
  if (slots === 0) return 'The cluster answers, and no training of this size fits on any of its machines.';
  const fit = `${formatPlural(slots, 'training')} of this size ${slots === 1 ? 'fits' : 'fit side by side'}.`;
  const advice = 'A search finds most with no more slots than a tenth of its trainings (docs/scale.md).';
  return slots > HARMLESS ? `${fit} ${advice}` : fit;
}

const resourceText = ({ free, total }: { readonly free: number; readonly total: number }): string =>
  total === 0 ? 'none' : `${digits(free, 3)} of ${digits(total, 3)} free`;

export const clusterFacts = ({ versions, cpus, gpus }: ClusterView): readonly Fact[] => [
  ['Ray', `${versions.ray}, Python ${versions.python}`],
  ['CPUs', resourceText(cpus)],
  ['GPUs', resourceText(gpus)],
];

/** Who trains where, and what the others wait for; of like reasons one is told. */
export function queueText(trainers: Trainers): string {
  if (trainers.length === 0) return 'No trainer is on the cluster now.';
  const words = { working: 'at work', idle: 'idle', waiting: 'waiting' } as const;
  const counts = (['working', 'idle', 'waiting'] as const).flatMap((state) => {
    const count = trainers.filter((one) => one.state === state).length;
    return count > 0 ? [`${count} ${words[state]}`] : [];
  });
  const reasons = [...new Set(trainers.flatMap(({ state, words: why }) => (state === 'waiting' && why ? [why] : [])))];
  const list = `${formatPlural(trainers.length, 'trainer')}: ${counts.join(', ')}`;
  return reasons.length > 0 ? `${list} (${reasons.join('; ')}).` : `${list}.`;
}
