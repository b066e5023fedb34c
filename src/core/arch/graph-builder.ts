/** Builds an architecture graph layer by layer, checking shapes as it goes, so that a fault names
 * the family's own line. */
import type { ActivationKind, ArchitectureGraph, Layer, Op, OpName, Shape } from './graph.ts';
import { inferShapes } from './cost.ts';
import { opSpec } from './ops.ts';
import type { OpOf } from './ops.ts';

/** The output of a layer already in the graph. */
export interface Value {
  readonly id: string;
  readonly shape: Shape;
}

/** Ops without attributes. */
type Bare = { [K in OpName]: keyof OpOf<K> extends 'op' ? K : never }[OpName];

export type GraphBuilder = ReturnType<typeof graphBuilder>;

/** Every method adds one layer called `id` and throws `graph.invalid`, naming it, when it does not
 * fit its inputs. */
export function graphBuilder(family: string, inputShape: Shape, classes: number) {
  const layers: Layer[] = [];

  function layer(id: string, op: Op, inputs: readonly Value[]): Value {
    const inputShapes = op.op === 'input' ? [inputShape] : inputs.map((value) => value.shape);
    const shape = opSpec(op).infer(op, inputShapes, id);
    layers.push({ id, layer: op, inputs: inputs.map((value) => value.id) });
    return { id, shape };
  }

  const plain =
    <V extends readonly Value[] = [x: Value]>(op: Bare) =>
    (id: string, ...values: V): Value =>
      layer(id, { op }, values);

  const having =
    <K extends OpName>(op: K) =>
    (id: string, x: Value, attributes: Omit<OpOf<K>, 'op'>): Value =>
      // Sound: name and attributes are all of an op, which TypeScript cannot put together.
      layer(id, { op, ...attributes } as unknown as Op, [x]);

  return {
    input: layer('input', { op: 'input' }, []),
    conv2d: having('conv2d'),
    depthwiseConv2d: having('depthwiseConv2d'),
    batchNorm: plain('batchNorm'),
    layerNorm: plain('layerNorm'),
    activation: (id: string, x: Value, kind: ActivationKind): Value => layer(id, { op: 'activation', kind }, [x]),
    add: plain<readonly Value[]>('add'),
    multiply: plain<[left: Value, right: Value]>('multiply'),
    scale: plain<[features: Value, gate: Value]>('scale'),
    layerScale: plain('layerScale'),
    channels: having('channels'),
    concat: plain<readonly Value[]>('concat'),
    channelShuffle: having('channelShuffle'),
    dense: having('dense'),
    globalAveragePool: plain('globalAveragePool'),
    averagePool: having('averagePool'),
    maxPool: having('maxPool'),
    tokens: plain('tokens'),
    positionEmbedding: plain('positionEmbedding'),
    transpose: plain('transpose'),
    attention: having('attention'),
    meanTokens: plain('meanTokens'),
    lastToken: plain('lastToken'),
    embed: having('embed'),
    gru: having('gru'),
    /** What stands so far: a part of a network, to be counted. */
    part: (): ArchitectureGraph => ({ family, inputShape, classes, layers }),
    /** Ends the graph in a dense layer `classifier` over a vector. */
    finish(vector: Value): ArchitectureGraph {
      layer('classifier', { op: 'dense', units: classes, bias: true }, [vector]);
      const graph: ArchitectureGraph = { family, inputShape, classes, layers };
      inferShapes(graph);
      return graph;
    },
  };
}
