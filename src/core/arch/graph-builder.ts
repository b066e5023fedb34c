/** Builds an architecture graph layer by layer, checking shapes as it goes, so that a fault names
 * the family's own line. */
import type { ActivationKind, ArchitectureGraph, Layer, Op, Shape } from './graph.ts';
import { inferShapes } from './cost.ts';
import { opSpec } from './ops.ts';
import type { OpOf } from './ops.ts';

/** The output of a layer already in the graph. */
export interface Value {
  readonly id: string;
  readonly shape: Shape;
}

type Attributes<O extends Op> = Omit<O, 'op'>;

export interface GraphBuilder {
  readonly input: Value;
  readonly conv2d: (id: string, x: Value, attributes: Attributes<OpOf<'conv2d'>>) => Value;
  readonly depthwiseConv2d: (id: string, x: Value, attributes: Attributes<OpOf<'depthwiseConv2d'>>) => Value;
  readonly batchNorm: (id: string, x: Value) => Value;
  readonly layerNorm: (id: string, x: Value) => Value;
  readonly activation: (id: string, x: Value, kind: ActivationKind) => Value;
  readonly add: (id: string, ...values: readonly Value[]) => Value;
  readonly scale: (id: string, features: Value, gate: Value) => Value;
  readonly layerScale: (id: string, x: Value) => Value;
  readonly channels: (id: string, x: Value, attributes: Attributes<OpOf<'channels'>>) => Value;
  readonly concat: (id: string, ...values: readonly Value[]) => Value;
  readonly channelShuffle: (id: string, x: Value, attributes: Attributes<OpOf<'channelShuffle'>>) => Value;
  readonly dense: (id: string, x: Value, attributes: Attributes<OpOf<'dense'>>) => Value;
  readonly globalAveragePool: (id: string, x: Value) => Value;
  readonly averagePool: (id: string, x: Value, attributes: Attributes<OpOf<'averagePool'>>) => Value;
  readonly maxPool: (id: string, x: Value, attributes: Attributes<OpOf<'maxPool'>>) => Value;
  readonly tokens: (id: string, x: Value) => Value;
  readonly positionEmbedding: (id: string, x: Value) => Value;
  readonly transpose: (id: string, x: Value) => Value;
  readonly attention: (id: string, x: Value, attributes: Attributes<OpOf<'attention'>>) => Value;
  readonly meanTokens: (id: string, x: Value) => Value;
  /** Ends the graph in a dense layer `classifier` over a vector. */
  readonly finish: (vector: Value) => ArchitectureGraph;
}

/** Every method adds one layer called `id` and throws `graph.invalid`, naming it, when it does not
 * fit its inputs. */
export function graphBuilder(family: string, inputShape: Shape, classes: number): GraphBuilder {
  const layers: Layer[] = [];

  function layer(id: string, op: Op, inputs: readonly Value[]): Value {
    const inputShapes = op.op === 'input' ? [inputShape] : inputs.map((value) => value.shape);
    const shape = opSpec(op).infer(op, inputShapes, id);
    layers.push({ id, layer: op, inputs: inputs.map((value) => value.id) });
    return { id, shape };
  }

  return {
    input: layer('input', { op: 'input' }, []),
    conv2d: (id, x, attributes) => layer(id, { op: 'conv2d', ...attributes }, [x]),
    depthwiseConv2d: (id, x, attributes) => layer(id, { op: 'depthwiseConv2d', ...attributes }, [x]),
    batchNorm: (id, x) => layer(id, { op: 'batchNorm' }, [x]),
    layerNorm: (id, x) => layer(id, { op: 'layerNorm' }, [x]),
    activation: (id, x, kind) => layer(id, { op: 'activation', kind }, [x]),
    add: (id, ...values) => layer(id, { op: 'add' }, values),
    scale: (id, features, gate) => layer(id, { op: 'scale' }, [features, gate]),
    layerScale: (id, x) => layer(id, { op: 'layerScale' }, [x]),
    channels: (id, x, attributes) => layer(id, { op: 'channels', ...attributes }, [x]),
    concat: (id, ...values) => layer(id, { op: 'concat' }, values),
    channelShuffle: (id, x, attributes) => layer(id, { op: 'channelShuffle', ...attributes }, [x]),
    dense: (id, x, attributes) => layer(id, { op: 'dense', ...attributes }, [x]),
    globalAveragePool: (id, x) => layer(id, { op: 'globalAveragePool' }, [x]),
    averagePool: (id, x, attributes) => layer(id, { op: 'averagePool', ...attributes }, [x]),
    maxPool: (id, x, attributes) => layer(id, { op: 'maxPool', ...attributes }, [x]),
    tokens: (id, x) => layer(id, { op: 'tokens' }, [x]),
    positionEmbedding: (id, x) => layer(id, { op: 'positionEmbedding' }, [x]),
    transpose: (id, x) => layer(id, { op: 'transpose' }, [x]),
    attention: (id, x, attributes) => layer(id, { op: 'attention', ...attributes }, [x]),
    meanTokens: (id, x) => layer(id, { op: 'meanTokens' }, [x]),
    finish: (vector) => {
      layer('classifier', { op: 'dense', units: classes, bias: true }, [vector]);
      const graph: ArchitectureGraph = { family, inputShape, classes, layers };
      inferShapes(graph);
      return graph;
    },
  };
}
