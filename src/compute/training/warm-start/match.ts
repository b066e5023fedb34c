/**
 * Which layers of a child do what a layer of its parent does, and on which of its channels. It
 * follows from the two graphs: a layer's twin is the parent's of its name and op, and channels are
 * followed from layer to layer. So all that shares channels (a convolution's filters, its norm,
 * the next one's inputs, a shortcut's two sides) agrees about them in every family.
 */
import { inferShapes } from '../../../core/arch/cost.ts';
import type { ArchitectureGraph, Layer, Op, Shape } from '../../../core/arch/graph.ts';
import { filled, straight, stretched } from './channels.ts';
import type { Sources } from './channels.ts';

/** A layer of the child that has a twin. */
export interface Twin {
  readonly layer: Layer;
  readonly parent: Layer;
  readonly shape: Shape;
  readonly parentShape: Shape;
  readonly parentInputShape: Shape;
  /** Of its first input's channels. */
  readonly input: Sources;
  /** Of its output's channels; absent where they mean something else (another list of classes). */
  readonly output?: Sources;
}

export interface Match {
  readonly twins: readonly Twin[];
  /** New layers that begin at zero, so that the block that they end adds nothing at first. */
  readonly silent: ReadonlySet<string>;
}

/** Where a value of the child is in the parent. */
interface Place {
  readonly id: string;
  readonly channels: Sources;
  /** Of tokens `[t,c]` the other axis, where it is followed. */
  readonly rows?: Sources;
}

export function matchGraphs(child: ArchitectureGraph, parent: ArchitectureGraph): Match {
  const shapes = inferShapes(child);
  const parentShapes = inferShapes(parent);
  const layers = new Map(child.layers.map((layer) => [layer.id, layer]));
  const others = new Map(parent.layers.map((layer) => [layer.id, layer]));
  const places = new Map<string, Place>();
  const twins: Twin[] = [];
  const silent = new Set<string>();
  for (const layer of child.layers) {
    const shape = shapes.get(layer.id) ?? [];
    const other = others.get(layer.id);
    if (other?.layer.op !== layer.layer.op) {
      const place = newPlace(layer, { layers, others, places, silent });
      if (place !== undefined) places.set(layer.id, place);
      continue;
    }
    const parentShape = parentShapes.get(other.id) ?? [];
    const inputs = layer.inputs.map((id, index) => {
      const read = other.inputs[index] ?? '';
      return inputPlace(places.get(id), read, shapes.get(id) ?? [], parentShapes.get(read) ?? []);
    });
    const isHead = layer.id === child.layers.at(-1)?.id;
    const output = outputPlace(layer.layer, other.layer, inputs, { shape, parentShape });
    const isOther = isHead && shape.at(-1) !== parentShape.at(-1);
    if (!isOther) places.set(layer.id, { ...output, id: other.id });
    twins.push({
      ...{ layer, parent: other, shape, parentShape },
      parentInputShape: parentShapes.get(other.inputs[0] ?? '') ?? parentShape,
      input: inputs[0]?.channels ?? output.channels,
      ...(!isOther && { output: output.channels }),
    });
  }
  return { twins, silent };
}

type Axes = Pick<Place, 'channels' | 'rows'>;
type Input = Axes & { readonly parentWidth: number };

/** A value as its reader's twin sees it: where the twin reads another one (blocks came or went in
 * between), channels are matched in their order. */
function inputPlace(place: Place | undefined, read: string, shape: Shape, parentShape: Shape): Input {
  const [width, parentWidth] = [shape.at(-1) ?? 0, parentShape.at(-1) ?? 0];
  const isSame = place !== undefined && place.id === read;
  const channels = isSame ? filled(place.channels, parentWidth) : stretched(width, parentWidth);
  const rows = isSame ? place.rows : rowsOf(shape, parentShape);
  return { channels, parentWidth, ...(rows && { rows }) };
}

/** Rows of a grid of tokens are the same places where there are as many. */
function rowsOf(shape: Shape, parentShape: Shape): Sources | undefined {
  return shape.length === 2 && shape[0] === parentShape[0] ? straight(shape[0] ?? 0) : undefined;
}

interface Shapes {
  readonly shape: Shape;
  readonly parentShape: Shape;
}

function outputPlace(op: Op, parent: Op, inputs: readonly Input[], { shape, parentShape }: Shapes): Axes {
  const [width, parentWidth] = [shape.at(-1) ?? 0, parentShape.at(-1) ?? 0];
  const { channels, rows } = inputs[0] ?? { channels: stretched(width, parentWidth) };
  const same = { channels, ...(rows && { rows }) };
  switch (op.op) {
    case 'input':
      return { channels: stretched(width, parentWidth) };
    case 'conv2d':
    case 'dense':
    case 'attention':
    case 'gru':
    case 'embed':
      return { ...same, channels: stretched(width, parentWidth) };
    case 'concat':
      return { channels: joined(inputs) };
    case 'channels':
      return parent.op === 'channels' ? { channels: cutOut(channels, op, parent) } : same;
    case 'channelShuffle':
      return { channels: shuffled(channels, op.groups, parentWidth) };
    case 'transpose':
      return { channels: rows ?? stretched(width, parentWidth), rows: channels };
    case 'tokens': {
      const places = rowsOf(shape, parentShape);
      return { channels, ...(places && { rows: places }) };
    }
    case 'globalAveragePool':
    case 'meanTokens':
    case 'lastToken':
      return { channels };
    case 'depthwiseConv2d':
    case 'batchNorm':
    case 'layerNorm':
    case 'activation':
    case 'add':
    case 'multiply':
    case 'scale':
    case 'layerScale':
    case 'averagePool':
    case 'maxPool':
    case 'positionEmbedding':
      return same;
  }
}

function joined(inputs: readonly Input[]): Sources {
  let offset = 0;
  const parts = inputs.flatMap(({ channels, parentWidth }) => {
    const moved = [...channels].map((channel) => (channel === -1 ? -1 : channel + offset));
    offset += parentWidth;
    return moved;
  });
  return Int32Array.from(parts);
}

type Cut = Extract<Op, { readonly op: 'channels' }>;

function cutOut(channels: Sources, own: Cut, parent: Cut): Sources {
  return channels.slice(own.from, own.from + own.count).map((channel) => {
    const cut = channel - parent.from;
    return cut >= 0 && cut < parent.count ? cut : -1;
  });
}

/** As the op `channelShuffle` moves channels in both. */
function shuffled(channels: Sources, groups: number, parentWidth: number): Sources {
  const moved = (channel: number, width: number): number => {
    const inGroup = width / groups;
    return (channel % inGroup) * groups + Math.floor(channel / inGroup);
  };
  const after = new Int32Array(channels.length);
  channels.forEach((source, channel) => {
    after[moved(channel, channels.length)] = source === -1 ? -1 : moved(source, parentWidth);
  });
  return after;
}

interface Sofar {
  readonly layers: ReadonlyMap<string, Layer>;
  readonly others: ReadonlyMap<string, Layer>;
  readonly places: ReadonlyMap<string, Place>;
  readonly silent: Set<string>;
}

/**
 * A block that only the child has gives what it was given where it ends in an addition: its other
 * side is silent at first (zero-gamma: Goyal et al. 2017, section 5.1). A rectifier of what is
 * rectified changes nothing.
 */
function newPlace({ layer, inputs }: Layer, sofar: Sofar): Place | undefined {
  const { places, others } = sofar;
  const known = inputs.flatMap((id) => places.get(id) ?? []);
  switch (layer.op) {
    case 'add':
      if (known.length > 0) inputs.filter((id) => !places.has(id)).forEach((id) => silence(id, sofar));
      return known[0];
    case 'activation': {
      const before = others.get(known[0]?.id ?? '')?.layer;
      return before?.op === 'activation' && before.kind === layer.kind && layer.kind.startsWith('relu')
        ? known[0]
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Layer scale begins at a millionth as it is. */
function silence(id: string, sofar: Sofar): void {
  const found = sofar.layers.get(id);
  switch (found?.layer.op) {
    case 'batchNorm':
    case 'conv2d':
    case 'dense':
    case 'attention':
      sofar.silent.add(id);
      return;
    case 'scale':
    case 'transpose':
      silence(found.inputs[0] ?? '', sofar);
      return;
    default:
  }
}
