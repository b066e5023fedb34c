/**
 * What crosses between host and worker: messages of `protocol.ts`. On the way there, a path that an
 * order reads is the name of an artifact on the worker's shelf; on the way back, the path of a file
 * is its bare name. No path of one machine is ever used on the other.
 */
import { basename, dirname, join } from 'node:path';
import { read, written } from '../../../bridge/lines.ts';
import type { Written } from '../../../bridge/lines.ts';
import { fromTrainerSchema } from '../../../compute/protocol.ts';
import type { FromTrainer, OrderMessage, ToTrainer } from '../../../compute/protocol.ts';
import { INPUTS, isKind, TRAVELS } from '../../../compute/tasks/tasks.ts';
import type { Input, Kind } from '../../../compute/tasks/tasks.ts';
import { withFiles } from '../../../compute/tasks/travel.ts';
import type { Places } from '../../../compute/tasks/travel.ts';
import { WorkbenchError } from '../../../core/errors.ts';

/** Folders of a worker: `root` has the shelf. */
interface WorkerFolders {
  readonly root: string;
  readonly temp: string;
  readonly cache: string;
}

/** A line from the worker; `files` come with it. */
interface Packed extends Written {
  readonly files: readonly string[];
}

const HASH = /^[0-9a-f]{64}$/;

/** The order's input with other paths. Throws for a kind that stays where it is. */
export function inputAt<K extends Kind>(kind: K, input: Input<K>, places: Places): Input<K> {
  const travel = TRAVELS[kind];
  if (travel !== 'stays') return travel.reads(input, places);
  throw new WorkbenchError('internal', `A task of the kind "${kind}" is done on this machine alone.`);
}

/** On the worker: the message for its trainer. */
export function placed(message: ToTrainer, { root, temp, cache }: WorkerFolders): ToTrainer {
  if (message.type !== 'order' || !isKind(message.kind)) return message;
  const on = (shelf: string) => (name: string) => {
    if (HASH.test(name)) return join(root, shelf, name);
    throw new WorkbenchError('internal', `"${name.slice(0, 80)}" is no name of an artifact.`);
  };
  const folder = on('folders');
  const file = on('files');
  const input = INPUTS[message.kind].parse(message.input);
  const places: Places = { folder, file: ({ path }) => file(path) };
  return { ...message, input: inputAt(message.kind, input, places), folders: { temp, cache } };
}

/** On the worker: the line for the host. */
export function packed(message: FromTrainer, temp: string): Packed {
  const files: string[] = [];
  const bare = withFiles(message, ({ path, ...file }) => {
    if (dirname(path) !== temp) throw new WorkbenchError('internal', `${path} is not in the folder of the order.`);
    files.push(basename(path));
    return { ...file, path: basename(path) };
  });
  return { ...written(bare), files };
}

/** On the host: what the worker said, of the order that it has in hand. Throws what is wrong with
 * it. */
export function opened(line: unknown, order: OrderMessage | undefined, temp: string): FromTrainer {
  const message = fromTrainerSchema.parse(read(line));
  if (message.type !== 'report' && message.type !== 'done') return message;
  const travel = order !== undefined && isKind(order.kind) ? TRAVELS[order.kind] : 'stays';
  if (travel === 'stays') throw new Error(`it sent a "${message.type}" that nobody asked for`);
  const inTemp = (value: unknown): unknown => withFiles(value, (file) => ({ ...file, path: join(temp, file.path) }));
  if (message.type === 'done') return { ...message, output: inTemp(travel.output.parse(message.output)) };
  return { ...message, report: inTemp(travel.report.parse(message.report)) };
}
