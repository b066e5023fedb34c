/**
 * Which layers of a graph are computed in one pass: a norm with the shortcut and the activation
 * after it, a linear layer with its activation. Nothing else may read what lies between them.
 */
import type { ArchitectureGraph, Layer } from '../../core/arch/graph.ts';
import type { FusedActivation } from '../backend/native.ts';

export interface FusedLayer {
  readonly layer: Layer;
  readonly activation: FusedActivation;
  /** Layer whose output is added before the activation. */
  readonly shortcut: string | undefined;
  /** Layer whose output this is: the last one of the pass. */
  readonly output: string;
}

const WITH_ACTIVATION: ReadonlySet<string> = new Set(['conv2d', 'depthwiseConv2d', 'dense', 'batchNorm']);
/** Slopes of the others are computed from the input alone, which does not know the shortcut. */
const AFTER_SHORTCUT: ReadonlySet<string> = new Set(['relu', 'relu6']);

/** In an order in which every pass finds its inputs. Layers in `visible` stay outputs of their
 * own. */
export function fuse(graph: ArchitectureGraph, visible: ReadonlySet<string>): readonly FusedLayer[] {
  const readers = new Map<string, Layer[]>();
  for (const layer of graph.layers) {
    for (const input of layer.inputs) readers.set(input, [...(readers.get(input) ?? []), layer]);
  }
  /** The only layer that reads this one, where it may be joined with it. */
  const next = (id: string): Layer | undefined => {
    const [reader, ...others] = readers.get(id) ?? [];
    return others.length === 0 && !visible.has(id) ? reader : undefined;
  };
  const joined = new Set<string>();
  const place = new Map(graph.layers.map(({ id }, index) => [id, index]));
  const passes: FusedLayer[] = [];
  for (const layer of graph.layers) {
    if (joined.has(layer.id)) continue;
    let output = layer.id;
    let shortcut: string | undefined;
    let activation: FusedActivation = 'none';
    if (WITH_ACTIVATION.has(layer.layer.op)) {
      let after = next(output);
      if (layer.layer.op === 'batchNorm' && after?.layer.op === 'add' && after.inputs.length === 2) {
        const other = after.inputs.find((id) => id !== output);
        // Of two norms that are added, the later one takes the sum: its pass runs when the other's
        // output is there.
        if (other !== undefined && (place.get(other) ?? 0) < (place.get(output) ?? 0) && !joined.has(after.id)) {
          shortcut = other;
          output = after.id;
          joined.add(output);
          after = next(output);
        }
      }
      const kind = after?.layer.op === 'activation' ? after.layer.kind : 'tanh';
      if (after && kind !== 'tanh' && (shortcut === undefined || AFTER_SHORTCUT.has(kind))) {
        activation = kind;
        output = after.id;
        joined.add(output);
      }
    }
    passes.push({ layer, activation, shortcut, output });
  }
  return passes;
}
