/**
 * What an ONNX file keeps, read from its bytes: numbers of the messages' fields are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (they never change). Weights are passed
 * over.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { WorkbenchError } from '../../../core/errors.ts';

export interface OnnxFacts {
  /** Numbers that it keeps and that were learned: floats and quantised ones in arrays, without the
   * moments of batch norms. A number alone is a constant of an activation or of a scale. */
  readonly params: number;
  /** Files beside it that hold weights, as it names them. */
  readonly locations: readonly string[];
}

interface Kept {
  readonly name: string;
  readonly type: number;
  readonly count: number;
  readonly isAlone: boolean;
  readonly location: string | undefined;
}

interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  /** A value that stands in the node itself. */
  readonly value: Kept | undefined;
}

/** TensorProto.DataType: float, uint8, int8, float16, double, bfloat16. */
const LEARNED_TYPES: readonly number[] = [1, 2, 3, 10, 11, 16];

/** Throws `usage.invalid` where it is no ONNX file. */
export function readOnnxFacts(file: string): OnnxFacts {
  let nodes: readonly Node[];
  let kept: readonly Kept[];
  try {
    ({ nodes, kept } = readModel(readFileSync(file)));
  } catch (error) {
    throw noOnnx(file, error);
  }
  if (nodes.length === 0) throw noOnnx(file);
  const moments = new Set(
    nodes.flatMap(({ type, inputs }) => (type === 'BatchNormalization' ? inputs.slice(3, 5) : [])),
  );
  const constants = nodes.flatMap(({ value }) => value ?? []);
  const learned = [...kept, ...constants].filter(
    ({ name, type, isAlone }) => LEARNED_TYPES.includes(type) && !isAlone && !moments.has(name),
  );
  const locations = [...kept, ...constants].flatMap(({ location }) => location ?? []);
  return { params: learned.reduce((sum, { count }) => sum + count, 0), locations: [...new Set(locations)] };
}

function noOnnx(file: string, cause?: unknown): WorkbenchError {
  const message = `${basename(file)} is no ONNX file: export the teacher to ONNX and give that file.`;
  return new WorkbenchError('usage.invalid', message, { file, field: 'file' }, { cause });
}

type Field = (field: number, reader: BinaryReader, type: WireType) => boolean;

/** Shows `read` every field of a message that ends at `end`; those that it does not take are passed
 * over. */
function fields(reader: BinaryReader, end: number, read: Field): void {
  if (end > reader.len) throw new Error('it breaks off');
  while (reader.pos < end) {
    const [field, type] = reader.tag();
    if (!read(field, reader, type)) reader.skip(type, field);
  }
}

/** The same of a message within. */
function inner(reader: BinaryReader, read: Field): true {
  const length = reader.uint32();
  fields(reader, reader.pos + length, read);
  return true;
}

function readModel(bytes: Uint8Array): { readonly nodes: readonly Node[]; readonly kept: readonly Kept[] } {
  const nodes: Node[] = [];
  const kept: Kept[] = [];
  const reader = new BinaryReader(bytes);
  fields(reader, reader.len, (model) => {
    if (model !== 7) return false;
    return inner(reader, (field) => {
      if (field === 1) nodes.push(readNode(reader));
      else if (field === 5) kept.push(readTensor(reader));
      else return false;
      return true;
    });
  });
  return { nodes, kept };
}

function readNode(reader: BinaryReader): Node {
  const inputs: string[] = [];
  let type = '';
  let value: Kept | undefined;
  inner(reader, (field) => {
    if (field === 1) inputs.push(reader.string());
    else if (field === 4) type = reader.string();
    else if (field === 5) {
      inner(reader, (attribute) => {
        if (attribute !== 5) return false;
        value = readTensor(reader);
        return true;
      });
    } else return false;
    return true;
  });
  return { type, inputs, value: type === 'Constant' ? value : undefined };
}

function readTensor(reader: BinaryReader): Kept {
  const dims: number[] = [];
  let type = 0;
  let name = '';
  let location: string | undefined;
  inner(reader, (field, _, wire) => {
    if (field === 1) dims.push(...numbers(reader, wire));
    else if (field === 2) type = reader.int32();
    else if (field === 8) name = reader.string();
    else if (field === 13) location = readLocation(reader) ?? location;
    else return false;
    return true;
  });
  const count = dims.reduce((product, length) => product * length, 1);
  return { name, type, count, isAlone: dims.length === 0, location };
}

/** Packed or one by one. */
function numbers(reader: BinaryReader, wire: WireType): readonly number[] {
  if (wire !== WireType.LengthDelimited) return [Number(reader.int64())];
  const length = reader.uint32();
  const end = reader.pos + length;
  const all: number[] = [];
  while (reader.pos < end) all.push(Number(reader.int64()));
  return all;
}

function readLocation(reader: BinaryReader): string | undefined {
  let key = '';
  let value = '';
  inner(reader, (field) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else return false;
    return true;
  });
  return key === 'location' ? value : undefined;
}
