/** Where an ONNX file takes images and gives answers, as far as it says so itself. */
import type { DataKind } from '../../../core/data-kinds.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import { INPUT_TYPES } from '../../../core/records/teacher-card.ts';
import type { OnnxReading, SaidOfTeacher } from '../../../core/records/teacher-card.ts';
import type { OnnxNetwork, OnnxValue } from './session.ts';

export type Port = Pick<OnnxReading, 'input' | 'type' | 'layout' | 'axes' | 'size' | 'channels'>;
export type Layout = Port['layout'];
type Size = OnnxValue['shape'][number];

/** Images at a time where the file does not say. */
const BATCH = 128;
const TYPES: readonly string[] = INPUT_TYPES;

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
  const ports = (['nchw', 'nhwc'] as const)
    .filter((one) => layout === undefined || one === layout)
    .flatMap((one) => portOf(input, one, shape, gives) ?? []);
  if (ports.length > 0) return distinct(ports);
  const own = `${shape.join(' x ')} examples`;
  const wanted =
    gives === 'map' ? '1 or 3 channels are expected' : 'its windows of steps have to be as long, and each step as wide';
  throw refused(`its input is ${shapeWords(input)}, and cannot be shown ${own}: ${wanted}.`);
}

const isInputType = (type: string): boolean => TYPES.includes(type);

interface Meant extends Port {
  /** Whether the file says how many channels there are. */
  readonly isSaid: boolean;
}

function portOf(
  { name, type, shape: axes }: OnnxValue,
  layout: Layout,
  shape: readonly number[],
  gives: DataKind['gives'],
): Meant | undefined {
  const [h = 0, w = 0, c = 0] = shape;
  const sizes = threeSizes(axes.slice(1), layout, shape, gives);
  if (sizes === undefined) return undefined;
  const [first, second, third] = sizes;
  const [channels, height, width] = layout === 'nchw' ? [first, second, third] : [third, first, second];
  const depth = typeof channels === 'number' ? channels : c;
  if (depth !== c && !(depth === 3 && c === 1) && !(depth === 1 && c === 3)) return undefined;
  const size = [typeof height === 'number' ? height : h, typeof width === 'number' ? width : w] as const;
  if (gives === 'steps' && [...size, depth].join() !== shape.join()) return undefined;
  const left: Pick<Port, 'axes'> = axes.length === 3 ? { axes: 3 } : axes.length === 2 ? { axes: 2 } : {};
  // Sound: types were looked at before.
  const port = { input: name, type: type as Port['type'], layout, ...left, size, channels: depth };
  return { ...port, isSaid: typeof channels === 'number' };
}

/** Sizes of an example in such an order, whatever its input leaves out: an axis of length one (the
 * channels of a map, the width of steps), or all axes but one. `undefined` where it takes no
 * examples. */
function threeSizes(
  sizes: readonly Size[],
  layout: Layout,
  [h = 0, w = 0, c = 0]: readonly number[],
  gives: DataKind['gives'],
): readonly [Size, Size, Size] | undefined {
  const [first, second, third] = sizes;
  if (first === undefined || sizes.length > 3) return undefined;
  if (second === undefined) {
    const channels = typeof first === 'number' ? first / (h * w) : c;
    return layout === 'nchw' ? [channels, h, w] : [h, w, channels];
  }
  if (third !== undefined) return [first, second, third];
  if (gives === 'map') return layout === 'nchw' ? [1, first, second] : [first, second, 1];
  return layout === 'nchw' ? [first, second, 1] : [first, 1, second];
}

/** Those whose channels the file says, if there are such; one of those that are shown the same. */
function distinct(meant: readonly Meant[]): readonly Port[] {
  const said = meant.filter(({ isSaid }) => isSaid);
  const ports = (said.length > 0 ? said : meant).map(({ isSaid: _, ...port }): Port => port);
  const [first] = ports;
  // One channel behind the pixels or before them is one row of numbers, where no axis is its own.
  return first?.axes !== undefined && first.channels === 1 ? [first] : ports;
}

/** Of one example, as its input takes it. */
export function exampleSizes({
  layout,
  axes,
  size: [height, width],
  channels,
}: Pick<Port, 'layout' | 'axes' | 'size' | 'channels'>): readonly number[] {
  if (axes === 2) return [height * width * channels];
  const all = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  return axes === 3 ? all.toSpliced(all.indexOf(1), 1) : all;
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
