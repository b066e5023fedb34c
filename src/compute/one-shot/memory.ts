/** Whether a supernet can be trained on a machine at all: a process that asks for more than there
 * is is ended by the system, which tells nobody why. */
import { totalmem } from 'node:os';
import { layerCosts } from '../../core/arch/cost.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { SearchNetwork } from './search-task.ts';

/** A norm, the sum that it is added to and their ReLU are one pass and leave one map behind: of the
 * maps of all layers so many are in memory at once, at least. */
const HELD = 1 / 3;

/** Throws `trainer.memory` where the maps of a batch alone are more than `total` bytes. */
export function assertFits(networks: readonly SearchNetwork[], batchSize: number, total = memoryOfMachine()): void {
  const needed = Math.max(...networks.map(({ model }) => mapsOf(model.graph) * HELD * batchSize));
  if (needed <= total) return;
  const finding = `All paths of the supernet are computed at once: a batch of ${batchSize} needs ${gibibytes(needed)}`;
  const advice = 'Choose a smaller batch, or a method that lets fewer channels or paths through at a time.';
  throw new WorkbenchError(
    'trainer.memory',
    `${finding} at least, and this machine has ${gibibytes(total)}. ${advice}`,
  );
}

/** Bytes of the outputs of all layers, for one image. */
const mapsOf = (graph: SearchNetwork['model']['graph']): number =>
  layerCosts(graph).reduce((sum, { activationBytes }) => sum + activationBytes, 0);

/** What the system lets this process have, or all. */
function memoryOfMachine(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toPrecision(2)} GiB`;
