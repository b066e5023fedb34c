/** ONNX files changed as other programs write them: types of inputs and outputs, weights in a file
 * of their own. Numbers of fields are those of onnx.proto. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** An input or an output of another TensorProto.DataType than float. */
export function retyped(model: Uint8Array, name: string, type: number): Buffer {
  const bytes = Buffer.from(model);
  // Its value stands behind all nodes: a name, then a type whose first field says the elements'.
  const place = bytes.lastIndexOf(Buffer.from(`\x0a${String.fromCharCode(name.length)}${name}\x12`, 'latin1'));
  bytes.writeUInt8(type, bytes.indexOf(Buffer.from([0x08, 0x01]), place) + 1);
  return bytes;
}

/** The model with its tensor `name` at `location`, and what has to stand there. */
export function withExternal(
  model: Uint8Array,
  name: string,
  location: string,
): { readonly model: Uint8Array; readonly weights: Uint8Array } {
  let weights = new Uint8Array();
  const graph = (bytes: Uint8Array): Uint8Array =>
    changed(bytes, (field, data) => {
      if (field !== 5 || nameOf(data) !== name) return data;
      const kept = new BinaryWriter();
      each(data, (part, wire, raw) => {
        if (part === 9) weights = new BinaryReader(raw).bytes().slice();
        else kept.tag(part, wire).raw(raw);
      });
      const entry = new BinaryWriter().tag(1, WireType.LengthDelimited).string('location');
      entry.tag(2, WireType.LengthDelimited).string(location);
      kept.tag(13, WireType.LengthDelimited).bytes(entry.finish());
      return kept.tag(14, WireType.Varint).int32(1).finish();
    });
  return { model: changed(model, (field, data) => (field === 7 ? graph(data) : data)), weights };
}

/** Messages within are shown to `change`; other fields stay. */
function changed(message: Uint8Array, change: (field: number, data: Uint8Array) => Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  each(message, (field, wire, raw) => {
    if (wire !== WireType.LengthDelimited) writer.tag(field, wire).raw(raw);
    else writer.tag(field, wire).bytes(change(field, new BinaryReader(raw).bytes()));
  });
  return writer.finish();
}

function each(message: Uint8Array, show: (field: number, wire: WireType, raw: Uint8Array) => void): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    show(field, wire, reader.skip(wire, field));
  }
}

function nameOf(tensor: Uint8Array): string | undefined {
  let name: string | undefined;
  each(tensor, (field, _, raw) => {
    if (field === 8) name = new BinaryReader(raw).string();
  });
  return name;
}
