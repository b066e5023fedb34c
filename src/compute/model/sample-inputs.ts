/** Inputs such as a network is made for, where no data set is at hand. */
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { sizeOf } from '../../core/arch/ops.ts';
import type { Rng } from '../../core/math/rng.ts';

/** `[count][h][w][c]`: whole numbers that its tables have rows of where steps are embedded; else
 * about standard normal, as normalised images are. */
export function sampleInputs({ inputShape, layers }: ArchitectureGraph, count: number, rng: Rng): Float32Array {
  const tables = layers.flatMap(({ layer }) => (layer.op === 'embed' ? [layer] : []));
  const inputs = new Float32Array(count * sizeOf(inputShape));
  if (tables.length === 0) return inputs.map(() => rng.normal());
  const bytes = inputShape.at(-1) ?? 1;
  for (let step = 0; step < inputs.length; step += bytes) {
    for (const table of tables) {
      const number = rng.int(table.values);
      if (table.bytes === 2) inputs[step + table.channel] = Math.floor(number / 256);
      inputs[step + table.channel + table.bytes - 1] = number % 256;
    }
  }
  return inputs;
}
