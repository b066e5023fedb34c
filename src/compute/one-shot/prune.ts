/**
 * What of a supernet a pass computes where some paths count 0. Nothing that only they need: a sum
 * leaves them out, and a sum of one term is that term. A map that is zero everywhere is built only
 * where something reads it that makes more than zeros of zeros; then it is the sum's first path.
 */
import type { ArchitectureGraph, Layer } from '../../core/arch/graph.ts';

export interface Pruned {
  /** Slopes by its weights are those of the whole network; by the others they are 0. */
  readonly graph: ArchitectureGraph;
  /** Whether no path leads from the image to the logits: they are the same for all images. */
  readonly isHollow: boolean;
}

/** `ends`: layers that scale paths; `dead`: those of paths that count 0. `visible`: layers whose
 * outputs are looked at stay, under their names. */
export function prune(
  graph: ArchitectureGraph,
  ends: ReadonlySet<string>,
  dead: ReadonlySet<string>,
  visible: readonly string[] = [],
): Pruned {
  const zero = new Set<string>();
  const hollow = new Set<string>();
  for (const layer of graph.layers) {
    const { id, inputs } = layer;
    if (dead.has(id) || (inputs.length > 0 && inputs.every((input) => hollow.has(input)))) hollow.add(id);
    if (dead.has(id) || (keepsZero(layer, ends) && inputs.every((input) => zero.has(input)))) zero.add(id);
  }
  const shown = new Set(visible);
  const terms = new Map<string, readonly string[]>();
  const stands = new Map<string, string>();
  const standIn = (id: string): string => stands.get(id) ?? id;
  for (const { id, layer, inputs } of graph.layers) {
    if (layer.op !== 'add') {
      terms.set(id, inputs.map(standIn));
      continue;
    }
    const alive = inputs.filter((input) => !zero.has(input));
    const spare = inputs.filter((input) => zero.has(input));
    const wanted = shown.has(id) ? 2 : 1;
    const kept = [...alive, ...spare.slice(0, Math.max(0, wanted - alive.length))].map(standIn);
    if (kept.length > 1) terms.set(id, kept);
    else stands.set(id, kept[0] ?? id);
  }
  const needed = new Set(visible);
  const ofAll = graph.layers.at(-1);
  if (ofAll !== undefined) needed.add(standIn(ofAll.id));
  for (const { id } of [...graph.layers].reverse()) {
    if (needed.has(id)) for (const input of terms.get(id) ?? []) needed.add(input);
  }
  const layers = graph.layers.flatMap((layer): Layer[] =>
    needed.has(layer.id) || layer.layer.op === 'input' ? [{ ...layer, inputs: terms.get(layer.id) ?? [] }] : [],
  );
  return { graph: { ...graph, layers }, isHollow: ofAll !== undefined && hollow.has(ofAll.id) };
}

/** Functions of zero that are zero. */
const ZERO_AT_ZERO: ReadonlySet<string> = new Set(['relu', 'relu6', 'gelu', 'swish', 'hardSwish']);

const LINEAR: ReadonlySet<string> = new Set([
  ...['add', 'layerScale', 'averagePool', 'maxPool', 'globalAveragePool', 'channels', 'concat', 'channelShuffle'],
]);

/** Whether it gives zeros alone where it reads zeros alone. The norm at a path's end has no
 * offset. */
function keepsZero({ id, layer }: Layer, ends: ReadonlySet<string>): boolean {
  switch (layer.op) {
    case 'activation':
      return ZERO_AT_ZERO.has(layer.kind);
    case 'conv2d':
    case 'depthwiseConv2d':
      return !layer.bias;
    case 'batchNorm':
      return ends.has(id);
    default:
      return LINEAR.has(layer.op);
  }
}
