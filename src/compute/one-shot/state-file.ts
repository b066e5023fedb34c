/** What a search goes on from, as a file: that of a training, with what it has learned of its paths
 * beside the weights. */
import { WorkbenchError } from '../../core/errors.ts';
import { readMetadata, readTrainingState, writeTrainingState } from '../files/checkpoint.ts';
import type { Artifact } from '../tasks/inputs.ts';
import type { WrittenFile } from '../tasks/outputs.ts';
import { stateSlots } from '../training/optimizer.ts';
import { trainingLayout } from '../training/pass.ts';
import { readMixing, writeMixing } from './mixing.ts';
import type { SearchState, SearchTask } from './search-task.ts';

export interface SavedSearch {
  readonly state: SearchState;
  /** Of all processors, up to there. */
  readonly cpuSeconds: number;
}

export function writeSearchState(path: string, task: SearchTask, { state, cpuSeconds }: SavedSearch): WrittenFile {
  const { epoch, weights, optimizer, mixing } = state;
  const saved = { step: epoch, lossSum: 0, elapsed: cpuSeconds, weights, optimizer };
  return writeTrainingState(path, trainingLayout(task), saved, { mixing: writeMixing(mixing) });
}

/** Throws `checkpoint.corrupt`, also for a file of another search, or of another hash. */
export function readSearchState({ path, sha256 }: Artifact, task: SearchTask): SavedSearch {
  const slots = stateSlots({ ...task.recipe, emaDecay: 0 });
  const { step, elapsed, weights, optimizer } = readTrainingState(path, trainingLayout(task), slots, sha256);
  const paths = task.edges.reduce((sum, edge) => sum + edge.paths.length, 0);
  const mixing = readMixing(readMetadata(path)['mixing'] ?? '{}', paths);
  if (mixing === undefined) {
    const message = `The file ${path} does not say what the paths of its supernet count. The search begins anew.`;
    throw new WorkbenchError('checkpoint.corrupt', message, { file: path });
  }
  return { state: { epoch: step, weights, optimizer, mixing }, cpuSeconds: elapsed };
}
