/** The hypervolume as people can read it: its share of the box between the reference point and the
 * ideal corner. */
import type { SearchConfig } from '../core/records/run.ts';
import { formatCount, formatExact, formatMilliseconds, formatPercent } from './format.ts';

type Scored = Pick<SearchConfig, 'objectives' | 'reference'>;

const EDGES: Readonly<Record<string, { readonly title: string; readonly ideal: number; text(value: number): string }>> =
  {
    accuracy: { title: 'accuracy', ideal: 1, text: (value) => formatPercent(value, 0) },
    params: { title: 'parameters', ideal: 0, text: formatCount },
    macs: { title: 'MACs', ideal: 0, text: formatCount },
    latencyMs: { title: 'latency', ideal: 0, text: formatMilliseconds },
  };

/** Volume of the box in the product of the objectives' units; undefined where an edge is unknown or
 * empty. */
export function referenceBox({ objectives, reference }: Scored): number | undefined {
  const edges = objectives.map(({ metric, goal }) => {
    const edge = (EDGES[metric]?.ideal ?? NaN) - (reference[metric] ?? NaN);
    return goal === 'maximize' ? edge : -edge;
  });
  const isBox = edges.length > 0 && edges.every((edge) => Number.isFinite(edge) && edge > 0);
  return isBox ? edges.reduce((volume, edge) => volume * edge, 1) : undefined;
}

/** `64.1 %`, or the volume itself where there is no box. */
export function formatHypervolume(volume: number, scored: Scored): string {
  const box = referenceBox(scored);
  return box === undefined ? formatVolume(volume) : formatPercent(volume / box);
}

/** `64.1 % of the reference box` */
export function hypervolumeWords(volume: number, scored: Scored): string {
  return `${formatHypervolume(volume, scored)}${referenceBox(scored) === undefined ? '' : ' of the reference box'}`;
}

/** For a tooltip: what the box is, and the volume in its own units. */
export function hypervolumeTitle(volume: number, scored: Scored): string {
  const units = scored.objectives.map(({ metric }) => EDGES[metric]?.title ?? metric).join(' × ');
  const plain = `Hypervolume ${formatVolume(volume)} (${units})`;
  if (referenceBox(scored) === undefined) return plain;
  const edges = scored.objectives.map(({ metric }) => {
    const edge = EDGES[metric];
    return edge ? `${edge.title} from ${edge.text(scored.reference[metric] ?? NaN)} to ${edge.text(edge.ideal)}` : '';
  });
  return `The front covers ${hypervolumeWords(volume, scored)}: ${edges.join(', ')}. ${plain}.`;
}

/** Thousands apart; decimals only where they say something. */
export function formatVolume(volume: number): string {
  return formatExact(Math.abs(volume) >= 1000 ? Math.round(volume) : Number(volume.toPrecision(4)));
}
