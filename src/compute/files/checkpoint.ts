/** Checkpoints of a network as safetensors: for going on with training (optimiser's vectors,
 * position), or final. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import { writeAtomically } from './atomic-file.ts';
import { AVERAGE } from '../training/optimizer.ts';
import { joinedSize } from '../model/parameters.ts';
import type { HostWeights, Layout } from '../model/parameters.ts';
import type { WrittenFile } from '../tasks/outputs.ts';
import { decodeTensors, encodeSealed, encodeTensors } from './safetensors.ts';
import type { NamedTensor, TensorFile } from './safetensors.ts';

/** Everything that training needs to go on as if it had never stopped. */
export interface TrainingState {
  /** Steps done since the start. */
  readonly step: number;
  /** Sum of the losses of this epoch's steps so far. */
  readonly lossSum: number;
  /** Seconds of training behind it. */
  readonly elapsed: number;
  readonly weights: HostWeights;
  /** The vectors of `stateSlots` by name: the optimiser's, `[params]`, and the moving average. */
  readonly optimizer: HostWeights;
  /** Where the best epoch's weights are to be kept. */
  readonly best?: BestEpoch;
}

export interface BestEpoch {
  readonly epoch: number;
  readonly accuracy: number;
  /** Of the network alone. */
  readonly weights: HostWeights;
}

const LARGEST_HALF = 65_504;
const OPTIMIZER_PREFIX = 'optimizer:';
const BEST_PREFIX = 'best:';

/** Weights alone. `half`: in half precision, but for tensors with values beyond its range. */
export function writeWeights(
  path: string,
  layout: Layout,
  weights: HostWeights,
  metadata: Readonly<Record<string, string>> = {},
  half = false,
): WrittenFile {
  return writeAtomically(path, encodeTensors(weightTensors(layout, weights, half), metadata));
}

/** `notes`: what else is to be known, under names of its own. */
export function writeTrainingState(
  path: string,
  layout: Layout,
  state: TrainingState,
  notes: Readonly<Record<string, string>> = {},
): WrittenFile {
  const optimizer = [...state.optimizer].map(([name, values]) => {
    return { name: `${OPTIMIZER_PREFIX}${name}`, shape: [values.length], values };
  });
  const { step, lossSum, elapsed, best } = state;
  const position = { ...notes, step: String(step), lossSum: String(lossSum), elapsed: String(elapsed) };
  const weights = weightTensors(layout, state.weights);
  if (best === undefined) return writeAtomically(path, encodeSealed([...weights, ...optimizer], position));
  const bestTensors = weights.flatMap(({ name, shape }) => {
    const values = best.weights.get(name);
    return values === undefined ? [] : [{ name: `${BEST_PREFIX}${name}`, shape, values }];
  });
  const metadata = { ...position, bestEpoch: String(best.epoch), bestAccuracy: String(best.accuracy) };
  return writeAtomically(path, encodeSealed([...weights, ...optimizer, ...bestTensors], metadata));
}

/**
 * Weights of a checkpoint of either kind. Throws `checkpoint.corrupt` when it is broken, of another
 * network, or has another hash than `sha256`.
 */
export function readWeights(path: string, layout: Layout, sha256?: string): HostWeights {
  return weightsIn(path, layout, readFile(path, sha256));
}

/** The same where a criterion may have weights of its own beside them, which are left out. */
export function readNetwork(path: string, layout: Layout, sha256?: string): HostWeights {
  return namedIn(path, layout, readFile(path, sha256));
}

/** Of a checkpoint of any kind. Throws `checkpoint.corrupt`. */
export const readMetadata = (path: string): TensorFile['metadata'] => readFile(path).metadata;

/**
 * `slots` as `stateSlots` names them. Throws `checkpoint.corrupt`, also for a final checkpoint,
 * which has no position to go on from.
 */
export function readTrainingState(
  path: string,
  layout: Layout,
  slots: readonly string[],
  sha256?: string,
): TrainingState {
  const file = readFile(path, sha256);
  const step = Number(file.metadata['step'] ?? Number.NaN);
  const lossSum = Number(file.metadata['lossSum'] ?? Number.NaN);
  // Earlier versions wrote none, and had no use for it.
  const elapsed = Number(file.metadata['elapsed'] ?? 0);
  if (!Number.isSafeInteger(step) || step < 0) throw corrupt(path, 'it does not say at which step training stopped');
  const optimizer = slots.map((slot) => {
    const values = file.tensors.get(`${OPTIMIZER_PREFIX}${slot}`)?.values;
    if (values?.length !== (slot === AVERAGE ? joinedSize(layout) : layout.params))
      throw corrupt(path, `the optimiser's "${slot}" is missing or of another size`);
    return [slot, values] as const;
  });
  const best = bestIn(file);
  const weights = weightsIn(path, layout, file);
  return { step, lossSum, elapsed, weights, optimizer: new Map(optimizer), ...(best && { best }) };
}

function bestIn({ metadata, tensors }: TensorFile): BestEpoch | undefined {
  const { bestEpoch, bestAccuracy } = metadata;
  if (bestEpoch === undefined || bestAccuracy === undefined) return undefined;
  const weights = [...tensors].flatMap(([name, { values }]) =>
    name.startsWith(BEST_PREFIX) ? [[name.slice(BEST_PREFIX.length), values] as const] : [],
  );
  return { epoch: Number(bestEpoch), accuracy: Number(bestAccuracy), weights: new Map(weights) };
}

export function weightTensors(layout: Layout, weights: HostWeights, half = false): NamedTensor[] {
  return [...layout.trainable, ...layout.other, ...layout.kept].map(({ name, spec }) => {
    const values = weights.get(name);
    if (values === undefined) throw new Error(`There is no weight "${name}"`);
    return { name, shape: spec.shape, values, half: half && values.every((value) => Math.abs(value) <= LARGEST_HALF) };
  });
}

function weightsIn(path: string, layout: Layout, file: TensorFile): HostWeights {
  const known = namedIn(path, layout, file);
  const stranger = [...file.tensors.keys()].find((name) => !name.includes(':') && !known.has(name));
  if (stranger !== undefined) throw corrupt(path, `it has the weight "${stranger}", which this network has not`);
  return known;
}

function namedIn(path: string, layout: Layout, { tensors }: TensorFile): HostWeights {
  const slots = [...layout.trainable, ...layout.other, ...layout.kept];
  const entries = slots.map(({ name, spec }) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw corrupt(path, `it lacks the weight "${name}"`);
    if (tensor.shape.join() !== spec.shape.join()) {
      throw corrupt(path, `its weight "${name}" is ${tensor.shape.join(' x ')}, not ${spec.shape.join(' x ')}`);
    }
    return [name, tensor.values] as const;
  });
  return new Map(entries);
}

function readFile(path: string, sha256?: string): TensorFile {
  let file: TensorFile;
  let hash: string;
  try {
    const bytes = readFileSync(path);
    file = decodeTensors(bytes);
    hash = createHash('sha256').update(bytes).digest('hex');
  } catch (error) {
    throw corrupt(path, messageOf(error), error);
  }
  if (sha256 !== undefined && hash !== sha256) throw corrupt(path, 'its hash is not the one that its card gives');
  return file;
}

function corrupt(path: string, finding: string, cause?: unknown): WorkbenchError {
  const message = `Checkpoint ${path} cannot be used: ${finding}. Train this network again.`;
  return new WorkbenchError('checkpoint.corrupt', message, { file: path }, { cause });
}
