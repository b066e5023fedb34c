/** A criterion's own weights. */
import type { Initializer } from '../../core/arch/graph.ts';
import { sizeOf } from '../../core/arch/ops.ts';
import type { WeightSlot } from '../model/parameters.ts';

/** No layer of a family bears this name. */
const OWNER = 'distillation';

export function trainedSlot(name: string, shape: readonly number[], init: Initializer): WeightSlot {
  return slot(name, shape, init, true);
}

/** Changed by the criterion itself, not by the optimiser. */
export function keptSlot(name: string, shape: readonly number[], init: Initializer): WeightSlot {
  return slot(name, shape, init, false);
}

function slot(name: string, shape: readonly number[], init: Initializer, trainable: boolean): WeightSlot {
  const decay = trainable && shape.length > 1;
  const spec = { name, shape, init, trainable, decay };
  return { name: `${OWNER}/${name}`, layerId: OWNER, spec, size: sizeOf(shape) };
}
