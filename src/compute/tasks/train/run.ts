/** A student's training, from its order to the file of its weights. */
import { join } from 'node:path';
import { fittingRecipe } from '../../../core/arch/fitting.ts';
import type { Images } from '../../data/augment.ts';
import type { Dataset } from '../../data/dataset.ts';
import { computerOf, loadBackend } from '../../backend/load-backend.ts';
import { checkTrainable } from '../../data/trainable.ts';
import { readTrainingState, writeTrainingState, writeWeights } from '../../files/checkpoint.ts';
import { createModel } from '../../model/model.ts';
import type { HostWeights } from '../../model/parameters.ts';
import { targetsFingerprint, teacherTargets } from '../../teachers/teacher.ts';
import type { TeacherTargets } from '../../teachers/targets.ts';
import { measuresOf } from '../../training/measured.ts';
import { stateSlots } from '../../training/optimizer.ts';
import { trainingLayout } from '../../training/pass.ts';
import type { TrainingTask } from '../../training/task.ts';
import { stepsPerEpoch, train } from '../../training/trainer.ts';
import { warmWeights } from '../../training/warm-start/warm-weights.ts';
import { evaluateFile } from '../evaluate/run.ts';
import type { ProgressReport, WrittenFile } from '../outputs.ts';
import { READING, stageReporter } from '../run.ts';
import type { TaskTools, TrainerRun, TrainerShared } from '../run.ts';
import type { TrainInput } from './task.ts';

export const runTraining: TrainerRun<'train'> = async (input, tools) => {
  const { seed, checkpoints, until, resumeFrom } = input;
  const { jobId, folders, cache, report, yieldToEvents } = tools;
  const model = createModel(input.graph);
  const recipe = fittingRecipe(input.recipe, input.graph);
  const { dataset, images, teacher } = await lessonsOf(input, tools);
  const validation = cache.images(input.dataset.directory, 'val', { shift: 0 });
  const validationLabels = dataset.split('val').labels;
  const task: TrainingTask = {
    ...{ model, recipe, seed, train: images, validation, validationLabels },
    ...(teacher && { teacher }),
    ...(until !== undefined && { until }),
    keepBest: checkpoints.keep === 'best-and-last',
  };
  const layout = trainingLayout(task);
  const start = resumeFrom && readTrainingState(resumeFrom.path, layout, stateSlots(recipe), resumeFrom.sha256);
  const initial = start ? undefined : await warmWeights(input, task, tools);
  const totalSteps = recipe.epochs * stepsPerEpoch(images.count, recipe.batchSize);
  const progress = stageReporter(report, 'training');
  const trained = await train(
    { ...task, ...(start && { start }), ...(initial && { initial }) },
    {
      yieldToEvents,
      onStep: (_, share) => progress(share * totalSteps, totalSteps),
      onEpoch: (point, state) => {
        const file = join(folders.temp, `${jobId}-${point.epoch}.safetensors`);
        report({ type: 'epoch', point, checkpoint: writeTrainingState(file, layout, state()) });
      },
    },
  );
  const { best, seconds, epochs } = trained;
  if (until !== undefined) {
    const { accuracy, loss } = trained.evaluation;
    return { type: 'rested', epoch: epochs, accuracy, loss };
  }
  const half = checkpoints.precision === 'fp16';
  const write = (which: string, weights: HostWeights): WrittenFile =>
    writeWeights(join(folders.temp, `${jobId}-${which}.safetensors`), model.layout, weights, {}, half);
  const checkpoint = write('final', trained.weights);
  // Its figures are those of the rounded weights in the file.
  const evaluation = half
    ? await evaluateFile(checkpoint, model, validation, validationLabels, yieldToEvents)
    : trained.evaluation;
  return {
    ...{ type: 'trained', seconds, params: model.layout.params, checkpoint, epochs, ...evaluation },
    measures: measuresOf(dataset, 'val', evaluation.predictions),
    ...(best && { best: { epoch: best.epoch, checkpoint: write('best', best.weights) } }),
    computer: computerOf(await loadBackend()),
  };
};

type LessonTools = Pick<TaskTools<'train'>, 'folders' | 'yieldToEvents'> &
  TrainerShared & { readonly report: (progress: ProgressReport) => void };

/** What a network learns from: images, and a teacher's targets for a recipe that wants them. */
export async function lessonsOf(
  { teacher, recipe, graph, ...input }: Pick<TrainInput, 'teacher' | 'recipe' | 'dataset' | 'graph'>,
  { cache, folders, report, yieldToEvents }: LessonTools,
): Promise<{ readonly dataset: Dataset; readonly images: Images; readonly teacher?: TeacherTargets }> {
  const { augmentation, distillation } = recipe;
  const { directory, trainImages } = input.dataset;
  const onProgress = stageReporter(report, READING);
  const dataset = await cache.open(input.dataset, { yieldToEvents, onProgress });
  const wanted = trainImages === undefined ? {} : { count: trainImages };
  const images = cache.images(directory, 'train', { shift: augmentation.shift, ...wanted });
  const { count } = images;
  checkTrainable(dataset, count);
  if (teacher === undefined || distillation.loss === 'none') return { dataset, images };
  const request = { teacher, dataset, count, augmentation, distillation, student: graph, cacheDir: folders.cache };
  const progress = stageReporter(report, "computing the teacher's soft targets");
  const compute = () => teacherTargets(request, yieldToEvents, progress);
  return { dataset, images, teacher: await cache.targets(directory, targetsFingerprint(request), compute) };
}
