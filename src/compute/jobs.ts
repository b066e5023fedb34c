/** The jobs of a trainer process, each from its message to its last event. */
import { join } from 'node:path';
import { loadBackend } from './backend/load-backend.ts';
import { measureGflops } from './backend/measure.ts';
import { measureTraining } from './training/measure-training.ts';
import { readTrainingState, readWeights, writeTrainingState, writeWeights } from './files/checkpoint.ts';
import type { ResidentImages } from './data/augment.ts';
import { checkTrainable } from './data/trainable.ts';
import { evaluate } from './training/evaluate.ts';
import type { YieldToEvents, Evaluation } from './training/evaluate.ts';
import { exportNetwork, pixelsFor, readNetwork } from './export/export-job.ts';
import { inspectNetwork } from './inspect.ts';
import { StopRequest } from './job-control.ts';
import type { JobControl } from './job-control.ts';
import { measureLatency } from './latency/latency.ts';
import { createModel } from './model/model.ts';
import type { Model } from './model/model.ts';
import { stateSlots } from './training/optimizer.ts';
import { disposeParameters, uploadWeights } from './model/parameters.ts';
import type { HostWeights } from './model/parameters.ts';
import { TEACHER_RECIPE } from './protocol.ts';
import type { EvaluateJob, TeacherJob, TrainerCommand, TrainerEvent, TrainJob, WrittenFile } from './protocol.ts';
import { imagesForTeacher, loadTeacher, targetsFingerprint, teacherTargets } from './teachers/teacher.ts';
import type { TeacherTargets } from './teachers/targets.ts';
import { trainTeacher } from './teachers/train.ts';
import { trainingLayout } from './training/learner.ts';
import { stepsPerEpoch, train } from './training/trainer.ts';
import type { TrainingTask } from './training/task.ts';
import type { TrainerCache } from './trainer-cache.ts';

export type JobCommand = Extract<TrainerCommand, { readonly job: unknown }>;

export interface JobTools {
  readonly cache: TrainerCache;
  readonly control: JobControl;
  readonly send: (event: TrainerEvent) => void;
}

const MILLISECONDS_BETWEEN_REPORTS = 250;

/** Runs a job and sends its last event. Errors of the job are thrown. */
export async function runJob(command: JobCommand, tools: JobTools): Promise<void> {
  const { jobId, fence } = command.job;
  // Before anything else looks at it: from here on it is what has to be there.
  if ('dataset' in command.job) tools.cache.dataset(command.job.dataset.directory, command.job.dataset.known);
  switch (command.type) {
    case 'train':
      return runTraining(command.job, tools);
    case 'evaluate':
      return runEvaluation(command.job, tools);
    case 'teacher': {
      const dataset = tools.cache.dataset(command.job.dataset.directory);
      const teacher = loadTeacher(command.job.teacher, dataset);
      const images = imagesForTeacher(teacher, dataset, 'val', {});
      try {
        const { labels } = dataset.split('val');
        const result = await evaluate(teacher.model, teacher.parameters, images, labels, tools.control.yieldToEvents);
        return tools.send({ type: 'evaluated', jobId, fence, ...result });
      } finally {
        images.dispose();
        disposeParameters(teacher.parameters);
      }
    }
    case 'trainTeacher':
      return runTeacherTraining(command.job, tools);
    case 'export': {
      const { job } = command;
      const exported = await exportNetwork(job, tools.cache.dataset(job.dataset.directory), async (stage) => {
        await tools.control.yieldToEvents();
        tools.send({ type: 'progress', jobId, fence, stage, done: 0, total: 1 });
      });
      return tools.send({ type: 'exported', jobId, fence, ...exported });
    }
    case 'inspect': {
      const dataset = tools.cache.dataset(command.job.dataset.directory);
      const network = readNetwork(command.job.source, dataset);
      const pixels = pixelsFor(network, dataset);
      return tools.send({
        ...{ type: 'inspected', jobId, fence, images: pixels.count },
        layers: inspectNetwork(network, pixels),
      });
    }
    case 'backend': {
      const info = { ...(await loadBackend()), gflops: measureGflops(), training: await measureTraining() };
      return tools.send({ type: 'backend', jobId, fence, info });
    }
    case 'latency': {
      const { graph, engines, batches } = command.job;
      const measurements = await measureLatency(graph, engines, batches, tools.control.yieldToEvents);
      return tools.send({ type: 'timed', jobId, fence, measurements });
    }
  }
}

async function runTraining(job: TrainJob, tools: JobTools): Promise<void> {
  const { jobId, fence, recipe, seed, tempDir, checkpoints, until } = job;
  const { cache, control, send } = tools;
  const { directory, trainImages } = job.dataset;
  const model = createModel(job.graph);
  const count = trainImages === undefined ? {} : { count: trainImages };
  const images = cache.images(directory, 'train', { shift: recipe.augmentation.shift, ...count });
  checkTrainable(cache.dataset(directory), images.count);
  const totalSteps = recipe.epochs * stepsPerEpoch(images.count, recipe.batchSize);
  const validation = cache.images(directory, 'val', { shift: 0 });
  const validationLabels = cache.dataset(directory).split('val').labels;
  const teacher = await targetsOf(job, images.count, tools);
  const task: TrainingTask = {
    ...{ model, recipe, seed, train: images, validation, validationLabels },
    ...(teacher && { teacher }),
    ...(until !== undefined && { until }),
    keepBest: checkpoints.keep === 'best-and-last',
  };
  const layout = trainingLayout(task);
  const start = job.resumeFrom && readTrainingState(job.resumeFrom, layout, stateSlots(recipe));
  const report = reporter(tools, job, 'training');
  let stopped: WrittenFile | undefined;
  try {
    const trained = await train(
      { ...task, ...(start && { start }) },
      {
        yieldToEvents: control.yieldToEvents,
        onStep: (_, share) => report(share * totalSteps, totalSteps),
        onEpoch: (point, state) => {
          const checkpoint = writeTrainingState(join(tempDir, `${jobId}-${point.epoch}.safetensors`), layout, state());
          send({ type: 'epoch', jobId, fence, point, checkpoint });
        },
        onStop: (state) => {
          stopped = writeTrainingState(join(tempDir, `${jobId}-stopped.safetensors`), layout, state());
        },
      },
    );
    if (until !== undefined) {
      const { accuracy, loss } = trained.evaluation;
      return send({ type: 'rested', jobId, fence, epoch: trained.epochs, accuracy, loss });
    }
    const half = checkpoints.precision === 'fp16';
    const write = (kind: string, weights: HostWeights): WrittenFile =>
      writeWeights(join(tempDir, `${jobId}-${kind}.safetensors`), model.layout, weights, {}, half);
    const checkpoint = write('final', trained.weights);
    const { best, seconds, epochs } = trained;
    // Its figures are those of the rounded weights in the file.
    const { accuracy, loss, predictions } = half
      ? await evaluateFile(
          { checkpoint: checkpoint.path, sha256: checkpoint.sha256 },
          model,
          validation,
          validationLabels,
          control.yieldToEvents,
        )
      : trained.evaluation;
    const result = {
      ...{ accuracy, loss, seconds, params: model.layout.params, checkpoint, epochs, predictions },
      ...(best && { best: { epoch: best.epoch, checkpoint: write('best', best.weights) } }),
    };
    send({ type: 'trained', jobId, fence, result });
  } catch (error) {
    if (!(error instanceof StopRequest)) throw error;
    send({ type: 'stopped', jobId, fence, checkpoint: stopped });
  }
}

async function targetsOf(job: TrainJob, count: number, tools: JobTools): Promise<TeacherTargets | undefined> {
  const { teacher, recipe, dataset, cacheDir } = job;
  if (teacher === undefined || recipe.distillation.loss === 'none') return undefined;
  const { augmentation, distillation } = recipe;
  const request = {
    ...{ teacher, dataset: tools.cache.dataset(dataset.directory) },
    ...{ count, augmentation, distillation, student: job.graph, cacheDir },
  };
  const report = reporter(tools, job, "computing the teacher's soft targets");
  return tools.cache.targets(dataset.directory, targetsFingerprint(request), () =>
    teacherTargets(request, tools.control.yieldToEvents, report),
  );
}

async function runEvaluation(job: EvaluateJob, { cache, control, send }: JobTools): Promise<void> {
  const { jobId, fence, split } = job;
  const name = split === 'validation' ? 'val' : 'test';
  const model = createModel(job.graph);
  const images = cache.images(job.dataset.directory, name, { shift: 0 });
  const { labels } = cache.dataset(job.dataset.directory).split(name);
  const result = await evaluateFile(job, model, images, labels, control.yieldToEvents);
  send({ type: 'evaluated', jobId, fence, ...result });
}

async function evaluateFile(
  { checkpoint, sha256 }: Pick<EvaluateJob, 'checkpoint' | 'sha256'>,
  model: Model,
  images: ResidentImages,
  labels: Uint8Array,
  yieldToEvents: YieldToEvents,
): Promise<Evaluation> {
  const parameters = uploadWeights(model.layout, readWeights(checkpoint, model.layout, sha256));
  try {
    return await evaluate(model, parameters, images, labels, yieldToEvents);
  } finally {
    disposeParameters(parameters);
  }
}

async function runTeacherTraining(job: TeacherJob, tools: JobTools): Promise<void> {
  const { jobId, fence, tempDir, recipe = TEACHER_RECIPE } = job;
  const dataset = tools.cache.dataset(job.dataset.directory);
  const [train, validation, test] = [dataset.split('train'), dataset.split('val'), dataset.split('test')];
  const report = reporter(tools, job, 'training the teacher');
  const totalSteps = recipe.epochs * stepsPerEpoch(train.count, recipe.batchSize);
  const directory = join(tempDir, `${jobId}-teacher`);
  const { accuracy } = await trainTeacher(
    {
      ...{ name: job.name, title: job.title, seed: job.seed, date: job.date, recipe },
      ...{ dataset: dataset.card, normalisation: dataset.normalisation, train, validation, test },
      ...{ outDir: directory, workDir: join(tempDir, `${jobId}-work`) },
      onStep: (done) => report(done, totalSteps),
      onNote: (words) => tools.send({ type: 'note', jobId, fence, words }),
      ...(job.dataset.known && { sources: job.dataset.known }),
    },
    ({ point, checkpoint }) => tools.send({ type: 'epoch', jobId, fence, point, checkpoint }),
    tools.control.yieldToEvents,
  );
  tools.send({ type: 'teacherTrained', jobId, fence, directory, accuracy });
}

/** Sends a stage's progress, not too often, and its end. */
function reporter(
  { send }: JobTools,
  { jobId, fence }: Pick<TrainJob, 'jobId' | 'fence'>,
  stage: string,
): (done: number, total: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const now = performance.now();
    if (done < total && now - last < MILLISECONDS_BETWEEN_REPORTS) return;
    last = now;
    send({ type: 'progress', jobId, fence, stage, done, total });
  };
}
