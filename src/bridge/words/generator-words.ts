/** Cells of generators, in words. */
import { cellOf } from '../../core/generator/cells.ts';
import type { GeneratorRow } from '../../core/generator/row.ts';

/** `pre norm batch, bilinear, shortcut, adds cell 1` */
export function choicesText({ cell, action }: Pick<GeneratorRow, 'cell' | 'action'>): string {
  const { order, norm, upsampling, shortcut, skips } = cellOf(cell, action);
  const added = skips.flatMap((skip, earlier) => (skip ? [`cell ${earlier + 1}`] : []));
  return [
    ...[`${order} norm ${norm}`, upsampling, shortcut ? 'shortcut' : 'no shortcut'],
    ...(added.length > 0 ? [`adds ${added.join(' and ')}`] : []),
  ].join(', ');
}

export const AGENT_WORDS = {
  sac: 'Soft actor-critic',
  reinforce: "AKD's policy (REINFORCE)",
  random: 'Chance',
} as const;
