/** What a search goes on from, as a file: that of a training, with what it has learned of its paths
 * beside the weights. */
import { WorkbenchError } from '../../core/errors.ts';
import { readMetadata, readTrainingState, writeTrainingState } from '../files/checkpoint.ts';
import type { Artifact } from '../tasks/inputs.ts';
import type { WrittenFile } from '../tasks/outputs.ts';
import type { Layout } from '../model/parameters.ts';
import { stateSlots } from '../training/optimizer.ts';
import { trainingLayout } from '../training/pass.ts';
import { readMixing, writeMixing } from './mixing.ts';
import { spanAfter, spansOf } from './course.ts';
import { networkOf } from './search-task.ts';
import type { SearchState, SearchTask } from './search-task.ts';

export interface SavedSearch {
  readonly state: SearchState;
  /** Of all processors, up to there. */
  readonly cpuSeconds: number;
}

export function writeSearchState(path: string, task: SearchTask, { state, cpuSeconds }: SavedSearch): WrittenFile {
  const { epoch, weights, optimizer, mixing } = state;
  const saved = { step: epoch, lossSum: 0, elapsed: cpuSeconds, weights, optimizer };
  const stage = stageAfter(task, epoch);
  const notes = { mixing: writeMixing(mixing), method: task.name, stage: String(stage) };
  return writeTrainingState(path, layoutIn(task, stage), saved, notes);
}

/** Throws `checkpoint.corrupt`, also for a file of another search, or of another hash. */
export function readSearchState({ path, sha256 }: Artifact, task: SearchTask): SavedSearch {
  const metadata = readMetadata(path);
  const epochs = Number(metadata['step']);
  const own = stageAfter(task, epochs);
  // Earlier versions wrote neither: they had one of each.
  const { method = task.name, stage = '0', mixing: written = '{}' } = metadata;
  if (method !== task.name) throw useless(path, `is of a search by ${method}, not by ${task.name}`);
  if (epochs > task.recipe.epochs) {
    throw useless(path, `is of ${epochs} epochs, and the search has ${task.recipe.epochs}`);
  }
  if (Number(stage) !== own) {
    const where = `after ${epochs} epochs this search is in stage ${own + 1}`;
    throw useless(path, `is of stage ${Number(stage) + 1} of a search, and ${where}`);
  }
  const slots = stateSlots({ ...task.recipe, emaDecay: 0 });
  const { step, elapsed, weights, optimizer } = readTrainingState(path, layoutIn(task, own), slots, sha256);
  const paths = networkOf(task, 0).edges.reduce((sum, edge) => sum + edge.paths.length, 0);
  const mixing = readMixing(written, paths);
  if (mixing === undefined) throw useless(path, 'does not say what the paths of its supernet count');
  return { state: { epoch: step, weights, optimizer, mixing }, cpuSeconds: elapsed };
}

/** That of the last of so many epochs. */
const stageAfter = ({ method, recipe }: SearchTask, epochs: number): number =>
  spanAfter(spansOf(method, recipe.epochs), epochs).stage;

const layoutIn = (task: SearchTask, stage: number): Layout =>
  trainingLayout({ ...task, model: networkOf(task, stage).model });

function useless(path: string, finding: string): WorkbenchError {
  const message = `The file ${path} ${finding}. The search begins anew.`;
  return new WorkbenchError('checkpoint.corrupt', message, { file: path });
}
