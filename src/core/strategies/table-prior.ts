/** A recorded table as results to learn from, of the students that a space has, too. */
import type { PriorResult } from '../records/run.ts';
import { activeDimensions } from '../space/lattice.ts';
import type { Level, Space } from '../space/space.ts';
import type { RecordedTable } from './recorded-table.ts';
import { isUsable } from './trade/transfer.ts';

/** `metric`: what is learned. A table writes down levels of absent parts as well: what the space
 * does not know of such a student is left out of it. */
export function priorOfTable(table: RecordedTable, metric: string, space: Space): readonly PriorResult[] {
  return table.families.flatMap(({ name, parameters, rows }) => {
    const family = space.families.find((one) => one.name === name);
    if (family === undefined) return [];
    return rows.flatMap(({ levels, metrics }): readonly PriorResult[] => {
      const written = parameters.flatMap(({ name: dimension }, i): readonly (readonly [string, Level])[] => {
        const level = levels[i];
        return level === undefined ? [] : [[dimension, level]];
      });
      const active = new Set(activeDimensions(family, Object.fromEntries(written)).map((dimension) => dimension.name));
      const config = Object.fromEntries(written.filter(([dimension]) => active.has(dimension)));
      const result = { candidate: { family: name, config }, value: metrics[metric] ?? NaN, source: table.name };
      return isUsable(space, result) ? [result] : [];
    });
  });
}
