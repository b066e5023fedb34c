/**
 * A network as an ONNX file. Input `input`: pixels from 0 to 1, float
 * `[batch, channels, height, width]`, any batch; the normalisation of its training images is part
 * of the graph. Output `logits`: float `[batch, classes]`.
 */
import { inferShapes } from '../../core/arch/cost.ts';
import type { ArchitectureGraph, Layer, OpName, Shape } from '../../core/arch/graph.ts';
import type { Normalisation } from '../../core/records/teacher-card.ts';
import { layoutOf } from '../model/parameters.ts';
import type { HostWeights } from '../model/parameters.ts';
import type { ExportPrecision } from '../tasks/export/task.ts';
import { encodeOnnx } from './encode-onnx.ts';
import type { OnnxValue } from './encode-onnx.ts';
import { createOnnxBuilder } from './onnx-builder.ts';
import { ONNX } from './onnx-mapping.ts';
import type { OnnxLayer, OnnxMapping, OnnxOperand } from './onnx-mapping.ts';

/** LayerNormalization came with 17, Gelu with 20; IR version 9 is the one that ONNX 1.15 released
 * with opset 20. */
const OPSET = 20;
const IR_VERSION = 9;
const PRODUCER = 'TRADE workbench';
const BATCH = 'batch';

/** All that an exported network is made of. */
export interface TrainedNetwork {
  readonly graph: ArchitectureGraph;
  /** Every tensor of the graph's layout. */
  readonly weights: HostWeights;
  readonly normalisation: Normalisation;
}

export interface OnnxOptions {
  readonly precision?: ExportPrecision;
  /** Of the graph, for viewers. */
  readonly name?: string;
  readonly producerVersion?: string;
  readonly documentation?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Throws `graph.invalid` when the graph is unsound, `export.failed` when its weights do not fit
 * the precision. */
export function onnxModel({ graph, weights, normalisation }: TrainedNetwork, options: OnnxOptions = {}): Uint8Array {
  const { precision = 'fp32', name = graph.family, producerVersion = '', documentation = '', metadata = {} } = options;
  const shapes = inferShapes(graph);
  const { trainable, other } = layoutOf(graph);
  const specs = new Map([...trainable, ...other].map((slot) => [slot.name, slot.spec.shape]));
  const builder = createOnnxBuilder(precision);
  const values = new Map<string, OnnxOperand>();
  for (const [index, { id, layer, inputs }] of graph.layers.entries()) {
    const out = found(shapes.get(id), id);
    const output = index === graph.layers.length - 1 ? 'logits' : id === 'input' ? 'normalised' : id;
    const context = layerOf({
      ...{ id, output, out, builder, normalisation, weights },
      inputs: layer.op === 'input' ? [] : inputs.map((input) => found(values.get(input), input)),
      shapeOf: (weight) => found(specs.get(weight), weight),
    });
    mappingOf(layer)(layer, context);
    values.set(id, { name: output, shape: out });
  }
  const inner = [...values.values()].slice(0, -1);
  return encodeOnnx({
    ...{ irVersion: IR_VERSION, opset: OPSET, documentation, metadata },
    producer: { name: PRODUCER, version: producerVersion },
    graph: {
      name,
      nodes: builder.nodes,
      initializers: builder.initializers,
      inputs: [{ name: 'input', dims: dimsOf(graph.inputShape) }],
      outputs: [{ name: 'logits', dims: [BATCH, graph.classes] }],
      values: inner.map((value): OnnxValue => ({ name: value.name, dims: dimsOf(value.shape) })),
    },
  });
}

interface LayerParts extends Pick<OnnxLayer, 'id' | 'out' | 'inputs' | 'builder' | 'normalisation'> {
  readonly output: string;
  readonly weights: HostWeights;
  readonly shapeOf: (fullName: string) => readonly number[];
}

function layerOf({ id, output, out, inputs, builder, normalisation, weights, shapeOf }: LayerParts): OnnxLayer {
  const values = (name: string): Float32Array => found(weights.get(`${id}/${name}`), `${id}/${name}`);
  return {
    ...{ id, inputs, out, normalisation, builder, values },
    shapeOf: (name) => shapeOf(`${id}/${name}`),
    node: (type, operands, attributes = {}, part) => {
      const result = part === undefined ? output : `${id}/${part}`;
      builder.node(type, part === undefined ? id : result, operands, [result], attributes);
      return result;
    },
    weight: (name, arranged) => {
      const { dims, values: ordered } = arranged ?? { dims: shapeOf(`${id}/${name}`), values: values(name) };
      return builder.weight(`${id}/${name}`, dims, ordered);
    },
  };
}

/** Of a value in the exported graph: maps have their channels first. */
function dimsOf(shape: Shape): OnnxValue['dims'] {
  const [height = 0, width = 0, channels = 0] = shape;
  return shape.length === 3 ? [BATCH, channels, height, width] : [BATCH, ...shape];
}

function mappingOf(op: Layer['layer']): OnnxMapping<OpName> {
  // Sound: the record's mapping takes exactly the variant it is looked up by; TypeScript cannot
  // correlate the two.
  return ONNX[op.op] as unknown as OnnxMapping<OpName>;
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`The graph names "${name}", which is not there`);
  return value;
}
