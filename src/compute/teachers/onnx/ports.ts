/** Where an ONNX file takes images and gives answers, as far as it says so itself. */
import type { DataKind } from '../../../core/data-kinds.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import type { OnnxReading, SaidOfTeacher } from '../../../core/records/teacher-card.ts';
import type { OnnxNetwork, OnnxValue } from './session.ts';

export type Port = Pick<OnnxReading, 'input' | 'type' | 'layout' | 'size' | 'channels'>;
export type Layout = Port['layout'];

/** Images at a time where the file does not say. */
const BATCH = 128;
const TYPES: readonly string[] = ['float32', 'float16', 'uint8'] satisfies readonly Port['type'][];

const refused = (problem: string, field = 'file'): WorkbenchError =>
  new WorkbenchError('usage.invalid', `${field}: ${problem}`, { field });

/** The ways in which its input can be meant, for images of `shape`; two where all of its sizes are
 * free. Throws `usage.invalid` where it takes no images. */
export function portsOf(
  { inputs }: OnnxNetwork,
  shape: readonly number[],
  { gives }: Pick<DataKind, 'gives'>,
  layout: Layout | undefined,
): readonly Port[] {
  const [input, second] = inputs;
  if (input === undefined || second !== undefined) {
    const names = inputs.map(({ name }) => name).join(', ') || 'none';
    throw refused(`the network has ${inputs.length} inputs (${names}), and a teacher is shown examples alone.`);
  }
  if (!isInputType(input.type)) {
    throw refused(`its input "${input.name}" takes ${input.type}: export it with a float32 input.`);
  }
  if (input.shape.length !== 4) throw refused(`its input is ${shapeWords(input)}, which is no batch of examples.`);
  const ports = (['nchw', 'nhwc'] as const)
    .filter((one) => layout === undefined || one === layout)
    .flatMap((one) => portOf(input, input.type as Port['type'], one, shape) ?? []) // looked at above
    .filter(({ size, channels }) => gives === 'map' || [...size, channels].join() === shape.join());
  const fixed = ports.filter(({ layout: one }) => typeof input.shape[one === 'nchw' ? 1 : 3] === 'number');
  if (ports.length > 0) return fixed.length > 0 ? fixed : ports;
  const own = `${shape.join(' x ')} examples`;
  const wanted =
    gives === 'map' ? '1 or 3 channels are expected' : 'its windows of steps have to be as long, and each step as wide';
  throw refused(`its input is ${shapeWords(input)}, and cannot be shown ${own}: ${wanted}.`);
}

const isInputType = (type: string): boolean => TYPES.includes(type);

function portOf(
  input: OnnxValue,
  type: Port['type'],
  layout: Layout,
  [h = 0, w = 0, c = 0]: readonly number[],
): Port | undefined {
  const [, first, second, third] = input.shape;
  const [channels, height, width] = layout === 'nchw' ? [first, second, third] : [third, first, second];
  const depth = typeof channels === 'number' ? channels : c;
  if (depth !== c && !(depth === 3 && c === 1) && !(depth === 1 && c === 3)) return undefined;
  const size = [typeof height === 'number' ? height : h, typeof width === 'number' ? width : w] as const;
  return { input: input.name, type, layout, size, channels: depth };
}

/** How many images it takes at a time: as many as it says, else a good number. */
export function batchOf({ inputs }: OnnxNetwork): Pick<OnnxReading, 'batch' | 'isFixed'> {
  const length = inputs[0]?.shape[0];
  return typeof length === 'number' ? { batch: length, isFixed: true } : { batch: BATCH, isFixed: false };
}

/** The output that may be answers for so many classes; more where a person picks the classes from
 * them. Throws `usage.invalid` where none or several are. */
export function outputOf(
  { outputs }: OnnxNetwork,
  classes: number,
  { output, classes: picked }: Pick<SaidOfTeacher, 'output' | 'classes'>,
): string {
  const list = outputs.map(shapeWords).join('; ');
  if (output !== undefined) {
    if (outputs.some(({ name }) => name === output)) return output;
    throw refused(`the network has no output "${output}". It has ${list}.`, 'output');
  }
  const [only, second] = outputs;
  if (only !== undefined && second === undefined) return only.name;
  const fitting = outputs.filter(({ shape }) => {
    const last = shape.at(-1);
    return shape.length === 2 && (typeof last === 'string' || last === classes || picked !== undefined);
  });
  const [first, other] = fitting;
  if (first !== undefined && other === undefined) return first.name;
  throw refused(`the network has ${outputs.length} outputs (${list}): say which has the answers (--output).`, 'output');
}

/** `"pixels" float32 [n, 3, 32, 32]` */
export const shapeWords = ({ name, type, shape }: OnnxValue): string => `"${name}" ${type} [${shape.join(', ')}]`;
