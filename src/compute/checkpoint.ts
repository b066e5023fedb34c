/** Checkpoints of a network as safetensors: for going on with training (optimiser's vectors, position), or final. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WorkbenchError } from '../core/errors.ts';
import { writeAtomically } from './atomic-file.ts';
import type { HostWeights, Layout } from './parameters.ts';
import type { WrittenFile } from './protocol.ts';
import { decodeTensors, encodeTensors } from './safetensors.ts';
import type { NamedTensor } from './safetensors.ts';

/** Everything that training needs to go on as if it had never stopped. */
export interface TrainingState {
  /** Steps done since the start. */
  readonly step: number;
  /** Sum of the losses of this epoch's steps so far. */
  readonly lossSum: number;
  readonly weights: HostWeights;
  /** The optimiser's vectors `[params]` by name. */
  readonly optimizer: HostWeights;
}

const OPTIMIZER_PREFIX = 'optimizer:';

/** Weights alone. `half`: in half precision (what the bundled teacher ships). */
export function writeWeights(
  path: string,
  layout: Layout,
  weights: HostWeights,
  metadata: Readonly<Record<string, string>> = {},
  half = false,
): WrittenFile {
  return writeAtomically(path, encodeTensors(weightTensors(layout, weights, half), metadata));
}

export function writeTrainingState(path: string, layout: Layout, state: TrainingState): WrittenFile {
  const optimizer = [...state.optimizer].map(([name, values]) => {
    return { name: `${OPTIMIZER_PREFIX}${name}`, shape: [values.length], values };
  });
  const metadata = { step: String(state.step), lossSum: String(state.lossSum) };
  return writeAtomically(path, encodeTensors([...weightTensors(layout, state.weights), ...optimizer], metadata));
}

/**
 * Weights of a checkpoint of either kind. Throws `checkpoint.corrupt` when it is broken, of another network, or has
 * another hash than `sha256`.
 */
export function readWeights(path: string, layout: Layout, sha256?: string): HostWeights {
  return weightsIn(path, layout, readFile(path, sha256));
}

/** Throws `checkpoint.corrupt`, also for a final checkpoint, which has no position to go on from. */
export function readTrainingState(path: string, layout: Layout, slots: readonly string[]): TrainingState {
  const file = readFile(path);
  const step = Number(file.metadata['step'] ?? Number.NaN);
  const lossSum = Number(file.metadata['lossSum'] ?? Number.NaN);
  if (!Number.isSafeInteger(step) || step < 0) throw corrupt(path, 'it does not say at which step training stopped');
  const optimizer = slots.map((slot) => {
    const values = file.tensors.get(`${OPTIMIZER_PREFIX}${slot}`)?.values;
    if (values?.length !== layout.params)
      throw corrupt(path, `the optimiser's "${slot}" is missing or of another size`);
    return [slot, values] as const;
  });
  return { step, lossSum, weights: weightsIn(path, layout, file), optimizer: new Map(optimizer) };
}

export function weightTensors(layout: Layout, weights: HostWeights, half = false): NamedTensor[] {
  return [...layout.trainable, ...layout.other, ...layout.kept].map(({ name, spec }) => {
    const values = weights.get(name);
    if (values === undefined) throw new Error(`There is no weight "${name}"`);
    return { name, shape: spec.shape, values, half };
  });
}

function weightsIn(path: string, layout: Layout, file: ReturnType<typeof decodeTensors>): HostWeights {
  const slots = [...layout.trainable, ...layout.other, ...layout.kept];
  const entries = slots.map(({ name, spec }) => {
    const tensor = file.tensors.get(name);
    if (tensor === undefined) throw corrupt(path, `it lacks the weight "${name}"`);
    if (tensor.shape.join() !== spec.shape.join()) {
      throw corrupt(path, `its weight "${name}" is ${tensor.shape.join(' x ')}, not ${spec.shape.join(' x ')}`);
    }
    return [name, tensor.values] as const;
  });
  return new Map(entries);
}

function readFile(path: string, sha256?: string): ReturnType<typeof decodeTensors> {
  let file: ReturnType<typeof decodeTensors>;
  let hash: string;
  try {
    const bytes = readFileSync(path);
    file = decodeTensors(bytes);
    hash = createHash('sha256').update(bytes).digest('hex');
  } catch (error) {
    throw corrupt(path, error instanceof Error ? error.message : String(error), error);
  }
  if (sha256 !== undefined && hash !== sha256) throw corrupt(path, 'its hash is not the one that its card gives');
  return file;
}

function corrupt(path: string, finding: string, cause?: unknown): WorkbenchError {
  const message = `Checkpoint ${path} cannot be used: ${finding}. Train this network again.`;
  return new WorkbenchError('checkpoint.corrupt', message, { file: path }, { cause });
}
