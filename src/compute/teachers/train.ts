/** Trains a teacher by the students' own trainer, without a teacher of its own, and writes its
 * folder. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { costOf } from '../../core/arch/cost.ts';
import { fittingRecipe } from '../../core/arch/fitting.ts';
import { taskOf } from '../../core/arch/families/student-family.ts';
import { teacherGraph } from '../../core/arch/families/teacher.ts';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Recipe } from '../../core/records/recipe.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { DatasetSources, Recorded } from '../../core/records/sources.ts';
import type { GraphCard, Normalisation } from '../../core/records/teacher-card.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import { loadBackend } from '../backend/load-backend.ts';
import { readTrainingState, readWeights, writeTrainingState, writeWeights } from '../files/checkpoint.ts';
import type { TrainingState } from '../files/checkpoint.ts';
import { openImages } from '../data/augment.ts';
import type { Split } from '../data/dataset.ts';
import { checkTrainable } from '../data/trainable.ts';
import { evaluate } from '../training/evaluate.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import { createModel } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import { stateSlots } from '../training/optimizer.ts';
import { disposeParameters, uploadWeights } from '../model/parameters.ts';
import { TEACHER_RECIPE } from '../tasks/train-teacher/task.ts';
import type { WrittenFile } from '../tasks/outputs.ts';
import { WEIGHTS_FILE, writeTeacherCard } from './card.ts';
import { train } from '../training/trainer.ts';

export interface TeacherOptions {
  readonly name: string;
  readonly title: string;
  readonly dataset: Pick<DatasetCard, 'id' | 'title' | 'shape' | 'classes' | 'example'>;
  readonly normalisation: Normalisation;
  /** What is known of the splits, for the card. */
  readonly sources?: Recorded<DatasetSources>;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
  /** Folder of the finished teacher. */
  readonly outDir: string;
  /** Folder of the epoch checkpoints; training goes on from the newest one there. */
  readonly workDir: string;
  readonly seed: number;
  /** Today, for the card. */
  readonly date: string;
  readonly graph?: ArchitectureGraph;
  readonly recipe?: Recipe;
  /** Number of steps done so far, and the share of the training, 0 to 1. */
  readonly onStep?: (done: number, share: number) => void;
  /** What a person should know of how it went on, in words. */
  readonly onNote?: (words: string) => void;
}

export interface TeacherProgress {
  readonly point: EpochPoint;
  readonly epochs: number;
  readonly checkpoint: WrittenFile;
}

/** Throws what `yieldToEvents` throws to give up (the newest epoch's checkpoint stays), and the
 * errors of the trainer. */
export async function trainTeacher(
  options: TeacherOptions,
  onProgress: (progress: TeacherProgress) => void,
  yieldToEvents: YieldToEvents,
): Promise<GraphCard> {
  const { dataset, normalisation, seed } = options;
  const backend = await loadBackend();
  const graph = options.graph ?? teacherGraph(taskOf(dataset));
  const recipe = fittingRecipe(options.recipe ?? TEACHER_RECIPE, graph);
  const model = createModel(graph);
  const imagesIn = (split: Split, shift: number) => openImages(split, dataset.shape, normalisation, { shift });
  checkTrainable({ card: dataset, split: () => options.train }, options.train.count);
  const training = imagesIn(options.train, recipe.augmentation.shift);
  const validation = imagesIn(options.validation, 0);
  let seconds = 0;
  const start = newestState(options, model, recipe);
  const validationLabels = options.validation.labels;
  const trained = await train(
    { model, recipe, seed, train: training, validation, validationLabels, ...(start ? { start } : {}) },
    {
      yieldToEvents,
      ...(options.onStep && { onStep: options.onStep }),
      onEpoch: (point, state) => {
        seconds += point.seconds;
        const checkpoint = writeTrainingState(statePath(options.workDir, point.epoch), model.layout, state());
        rmSync(statePath(options.workDir, point.epoch - 2), { force: true });
        onProgress({ point, epochs: recipe.epochs, checkpoint });
      },
    },
  );
  training.dispose();
  const weights = writeWeights(join(options.outDir, WEIGHTS_FILE), model.layout, trained.weights, {}, true);
  // Its figures are those of the rounded weights in the file.
  const parameters = uploadWeights(model.layout, readWeights(weights.path, model.layout));
  const tests = imagesIn(options.test, 0);
  const onValidation = await evaluate(model, parameters, validation, validationLabels, yieldToEvents);
  const onTest = await evaluate(model, parameters, tests, options.test.labels, yieldToEvents);
  disposeParameters(parameters);
  validation.dispose();
  tests.dispose();
  const { params, macs } = costOf(graph);
  const card: GraphCard = {
    name: options.name,
    title: options.title,
    graph,
    recipe,
    seed,
    params,
    macs,
    accuracy: { validation: onValidation.accuracy, test: onTest.accuracy },
    dataset: {
      ...{ id: dataset.id, title: dataset.title, trainImages: options.train.count },
      ...(options.sources && { sources: options.sources }),
    },
    normalisation,
    weights: { file: WEIGHTS_FILE, bytes: weights.bytes, sha256: weights.sha256 },
    seconds: Math.round(seconds),
    date: options.date,
    backend: `${backend.backend} ${backend.version}`,
  };
  writeTeacherCard(options.outDir, card);
  return card;
}

function statePath(workDir: string, epoch: number): string {
  return join(workDir, `teacher-${epoch}.safetensors`);
}

/**
 * Of the states that are kept the newest that is sound: a damaged one costs the epochs since the
 * one before, no more. They bear their own checksum; those of earlier versions are held to their
 * structure alone.
 */
function newestState(
  { workDir, onNote }: Pick<TeacherOptions, 'workDir' | 'onNote'>,
  model: Model,
  recipe: Recipe,
): TrainingState | undefined {
  if (!existsSync(workDir)) return undefined;
  const epochs = readdirSync(workDir).flatMap((file) => Number(/^teacher-(\d+)\.safetensors$/.exec(file)?.[1] ?? []));
  const damaged: number[] = [];
  for (const epoch of epochs.sort((left, right) => right - left)) {
    try {
      const state = readTrainingState(statePath(workDir, epoch), model.layout, stateSlots(recipe));
      if (damaged.length > 0) onNote?.(`${damagedWords(damaged)}: it goes on after epoch ${epoch}.`);
      return state;
    } catch (error) {
      if (!(error instanceof WorkbenchError && error.code === 'checkpoint.corrupt')) throw error;
      damaged.push(epoch);
    }
  }
  if (damaged.length > 0) onNote?.(`${damagedWords(damaged)}: it begins anew.`);
  return undefined;
}

const damagedWords = (epochs: readonly number[]): string =>
  `What was kept after epoch ${epochs.join(' and ')} is damaged`;
