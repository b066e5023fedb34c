/** What networks are compared by: predictions of any kept checkpoint, twins in other runs, images,
 * statistics of layers. */
import type { CheckpointView, ImagesView, LayersView, NetworkInput, TwinView } from '../../bridge/schemas/review.ts';
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import type { NetworkSource } from '../../compute/tasks/inputs.ts';
import { dataKindOf } from '../../core/data-kinds.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { candidateKey } from '../../core/space/candidate-key.ts';
import type { StoredFiles } from '../../store/files.ts';
import type { CheckpointRow, ReadableStore } from '../../store/store.ts';
import type { Catalog } from '../library/catalog.ts';
import { labelsOf, readImages } from '../library/dataset-files.ts';
import { readNames } from '../library/dataset-sides.ts';
import { datasetOf } from '../library/known-sources.ts';
import { fingerprintOf } from '../library/teacher-files.ts';
import type { SideJobs } from '../jobs/side-jobs.ts';
import { yieldToEvents, readTrials } from '../slices.ts';
import { studentNetwork, studentOf } from './trained-network.ts';
import type { StudentNetwork } from './trained-network.ts';

export interface ReviewParts {
  readonly store: ReadableStore;
  readonly files: Pick<StoredFiles, 'pathOf'>;
  readonly catalog: Catalog;
  readonly side: SideJobs;
}

type StudentInput = Extract<NetworkInput, { kind: 'student' }>;
/** Answers of trainers that are kept: a session compares a few networks again and again. */
const MOST_KEPT = 32;

export function createReview({ store, files, catalog, side }: ReviewParts) {
  const predicted = keeping<PredictionsView>();
  const inspected = keeping<LayersView>();

  function checkpointOf({ id, checkpoint }: StudentInput): CheckpointRow {
    const row = store.checkpoint(id, checkpoint);
    if (row !== undefined) return row;
    const { trial } = studentOf(store, id);
    const which = checkpoint === 'best' ? 'of its best epoch' : 'of its last epoch';
    throw new WorkbenchError(
      'trial.missing',
      `Student ${trial.number + 1} has no weights ${which}: they are not kept.`,
    );
  }

  const networkOf = (input: StudentInput): Promise<StudentNetwork> =>
    studentNetwork(store, files, catalog, studentOf(store, input.id), checkpointOf(input));

  async function evaluate(student: StudentInput): Promise<PredictionsView> {
    const { source, dataset, found, subject } = await networkOf(student);
    const labels = await labelsOf(found, 'val');
    return { ...(await side.evaluate({ source, dataset, split: 'validation' }, subject)).predictions, labels };
  }

  /** Written down when its training ended. */
  async function keptPredictions(id: string): Promise<PredictionsView> {
    const { trial, run } = studentOf(store, id);
    const kept = store.predictions(id);
    if (kept === undefined) {
      throw new WorkbenchError(
        'trial.missing',
        `Student ${trial.number + 1} has no predictions: it is ${trial.state}.`,
      );
    }
    const found = await datasetOf(store, catalog, run);
    const labels = await labelsOf(found, 'val');
    const isOurs = kept.count === labels.length && kept.classes === found.card.classes.length;
    if (isOurs) return { ...kept, labels };
    const message = `The data set ${run.config.dataset} is not the one of this run any more: put the old one back.`;
    throw new WorkbenchError('dataset.changed', message);
  }

  async function teacherKey(name: string): Promise<string> {
    const { card } = await catalog.teacher(name);
    return `teacher ${name} ${fingerprintOf(card)}`;
  }

  async function inspect(network: NetworkInput): Promise<LayersView> {
    if (network.kind === 'student') {
      const { source, dataset, subject } = await networkOf(network);
      return side.inspect({ source, dataset }, subject);
    }
    const { directory, card } = await catalog.teacher(network.name);
    const dataset = await catalog.dataset(card.dataset.id);
    const source: NetworkSource = { kind: 'teacher', directory };
    return side.inspect({ source, dataset: { directory: dataset.directory } }, card.title);
  }

  return {
    /** Kept weights, the last epoch's first. */
    checkpoints: (id: string): readonly CheckpointView[] => {
      studentOf(store, id);
      return (['final', 'best'] as const).flatMap((kind) => {
        const row = store.checkpoint(id, kind);
        return row ? [{ kind, epoch: row.epoch, bytes: row.bytes }] : [];
      });
    },
    /** On the validation split. Throws `trial.missing` where none are kept. */
    predictions: (network: NetworkInput) => {
      if (network.kind === 'teacher') return side.teacherPredictions(network.name);
      if (network.checkpoint === 'final') return keptPredictions(network.id);
      return predicted(checkpointOf(network).sha256, () => evaluate(network));
    },
    layers: async (network: NetworkInput) => {
      // A teacher may have been trained anew under its name.
      const key = network.kind === 'teacher' ? await teacherKey(network.name) : checkpointOf(network).sha256;
      return inspected(key, () => inspect(network));
    },
    twins: (id: string) => twinsOf(store, id),
    images: async (name: string, indices: readonly number[]): Promise<ImagesView> => {
      const found = await catalog.dataset(name);
      const { count } = found.card.splits.val;
      const stray = indices.find((index) => index >= count);
      if (stray !== undefined) {
        const { many } = dataKindOf(found.card).noun;
        const message = `The data set ${name} has ${count} validation ${many}, and none of the number ${stray}.`;
        throw new WorkbenchError('usage.invalid', message, { field: 'indices' });
      }
      const names = await readNames(found, 'val', indices);
      const pixels = await readImages(found, 'val', indices);
      return { shape: found.card.shape, pixels, ...(names && { names }) };
    },
  };
}

/** Newest first. Twins are looked for in so many of them: each costs a read of its trials. */
const MOST_RUNS = 200;

/** Computed once for each key, the oldest forgotten; a failure is forgotten at once. */
function keeping<T>(): (key: string, compute: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return (key, compute) => {
    const known = kept.get(key) ?? compute();
    kept.delete(key);
    kept.set(key, known);
    known.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return known;
  };
}

/** The same architecture in other runs on the data set. */
async function twinsOf(store: ReadableStore, id: string): Promise<readonly TwinView[]> {
  const { trial, run } = studentOf(store, id);
  const { family } = trial.candidate;
  const key = candidateKey(trial.candidate);
  const twins: TwinView[] = [];
  for (const { run: other } of store.runs({ datasets: [run.config.dataset], limit: MOST_RUNS }).rows) {
    if (other.id === run.id) continue;
    await yieldToEvents();
    for (const one of await readTrials(store, other.id, { states: ['finished'], family })) {
      if (candidateKey(one.candidate) !== key) continue;
      const { loss } = other.config.recipe.distillation;
      const { id: twin, number, metrics } = one;
      twins.push({
        id: twin,
        number,
        runId: other.id,
        runName: other.name,
        loss,
        accuracy: metrics['accuracy'] ?? NaN,
      });
    }
  }
  return twins;
}
