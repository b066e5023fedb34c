/**
 * The messages of onnx.proto that an exported network needs, as records, and their wire form. Field
 * numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (they never change);
 * repeated numbers are not packed, as in proto2.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export interface OnnxModel {
  readonly irVersion: number;
  /** Of the default operator set. */
  readonly opset: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly documentation: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Shapes of values between nodes, for viewers. */
  readonly values: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
  /** Little endian, row-major. */
  readonly bytes: Uint8Array;
}

/** A float tensor; an axis given by name takes any length. */
export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

export type ElementType = keyof typeof ELEMENT_TYPES;

/** TensorProto.DataType */
export const ELEMENT_TYPES = Object.freeze({ float: 1, int32: 6, int64: 7, float16: 10 });
/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPES = Object.freeze({ float: 1, int: 2, text: 3, ints: 7 });

type Write = (writer: BinaryWriter) => void;

export function encodeOnnx(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  number(writer, 1, model.irVersion);
  text(writer, 2, model.producer.name);
  text(writer, 3, model.producer.version);
  text(writer, 6, model.documentation);
  message(writer, 7, (inner) => graph(inner, model.graph));
  message(writer, 8, (opset) => number(opset, 2, model.opset));
  for (const [key, value] of Object.entries(model.metadata)) {
    message(writer, 14, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  return writer.finish();
}

function graph(writer: BinaryWriter, { name, nodes, initializers, inputs, outputs, values }: OnnxGraph): void {
  for (const one of nodes) message(writer, 1, (inner) => node(inner, one));
  text(writer, 2, name);
  for (const one of initializers) message(writer, 5, (inner) => tensor(inner, one));
  for (const one of inputs) message(writer, 11, (inner) => valueInfo(inner, one));
  for (const one of outputs) message(writer, 12, (inner) => valueInfo(inner, one));
  for (const one of values) message(writer, 13, (inner) => valueInfo(inner, one));
}

function node(writer: BinaryWriter, { type, name, inputs, outputs, attributes }: OnnxNode): void {
  for (const input of inputs) text(writer, 1, input);
  for (const output of outputs) text(writer, 2, output);
  text(writer, 3, name);
  text(writer, 4, type);
  for (const [key, value] of Object.entries(attributes)) {
    message(writer, 5, (inner) => {
      text(inner, 1, key);
      attribute(inner, value);
    });
  }
}

function attribute(writer: BinaryWriter, value: OnnxAttribute): void {
  if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    number(writer, 20, ATTRIBUTE_TYPES.float);
  } else if ('int' in value) {
    number(writer, 3, value.int);
    number(writer, 20, ATTRIBUTE_TYPES.int);
  } else if ('ints' in value) {
    for (const one of value.ints) number(writer, 8, one);
    number(writer, 20, ATTRIBUTE_TYPES.ints);
  } else {
    text(writer, 4, value.text);
    number(writer, 20, ATTRIBUTE_TYPES.text);
  }
}

function tensor(writer: BinaryWriter, { name, dims, type, bytes }: OnnxTensor): void {
  for (const length of dims) number(writer, 1, length);
  number(writer, 2, ELEMENT_TYPES[type]);
  text(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(bytes);
}

function valueInfo(writer: BinaryWriter, { name, dims }: OnnxValue): void {
  text(writer, 1, name);
  const shape: Write = (inner) => {
    for (const length of dims) {
      message(inner, 1, (dim) => (typeof length === 'number' ? number(dim, 1, length) : text(dim, 2, length)));
    }
  };
  message(writer, 2, (type) =>
    message(type, 1, (tensorType) => {
      number(tensorType, 1, ELEMENT_TYPES.float);
      message(tensorType, 2, shape);
    }),
  );
}

function message(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function number(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}
