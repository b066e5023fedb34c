/** The training of a trial's student: what is ordered, what is kept of each epoch, and how its end
 * is written down. */
import type { EpochReport } from '../../../compute/tasks/outputs.ts';
import type { Input, Report } from '../../../compute/tasks/tasks.ts';
import { COMBINING } from '../../../compute/tasks/train/task.ts';
import type { Rested, Trained } from '../../../compute/tasks/train/task.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import type { RunEvent } from '../../../core/records/events.ts';
import { withReward } from '../../../core/reward.ts';
import type { SearchConfig } from '../../../core/records/run.ts';
import { scheduleLength } from '../../../core/records/trial.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { TaskEnd } from '../../executors/executor.ts';
import { faultOfFile } from '../../students/checkpoint-file.ts';
import type { RunContext } from '../context.ts';
import { noteComputer } from '../machine.ts';
import { graphOf } from '../context.ts';
import type { RunningScore } from '../score.ts';
import { startOf } from '../warm-start.ts';
import type { Start } from '../warm-start.ts';
import type { Attempt, TrialTask } from './attempt.ts';
import { toldLatency } from './latency.ts';

export const trainStudent: TrialTask = async (attempt) => {
  const end = await train(attempt);
  if (end.type !== 'done') return end;
  const { output } = end;
  return { event: output.type === 'rested' ? rest(attempt, output) : await finish(attempt, output) };
};

/** Starts the trial from where it can go on. What is wrong with that file, in words, is kept with
 * it: a wrong one would give a wrong student in silence. */
export async function beginTrial(context: RunContext, trialId: string): Promise<Trial> {
  const { store, files } = context;
  const row = store.checkpoint(trialId, 'epoch');
  const fault = row && (await faultOfFile(files.pathOf(row.file), row));
  const begun = store.startTrial(trialId);
  return fault === undefined
    ? begun
    : beginAnew(context, trialId, `The checkpoint after epoch ${row?.epoch} ${fault}.`);
}

function beginAnew({ store, files, log }: RunContext, trialId: string, why: string): Trial {
  const anew = store.beginAnew(trialId, `It began anew. ${why}`);
  log.warn({ trial: trialId, why }, 'a trial begins anew');
  files.remove(anew.files);
  return anew.trial;
}

const UNUSABLE: ErrorCode = 'checkpoint.corrupt';

/** Where the trainer can do nothing with what training was to go on from, it begins anew: once, and
 * in the same attempt. */
async function train(attempt: Attempt): Promise<TaskEnd<'train'>> {
  const { context, trial, signal } = attempt;
  const goesOn = (): boolean => context.store.checkpoint(trial.id, 'epoch') !== undefined;
  const run = async (): Promise<TaskEnd<'train'>> => {
    // What it goes on from has what its parents gave: they are looked for at its beginning alone.
    const start = goesOn() ? undefined : await startOf(context, trial);
    if (typeof start === 'string') return { type: 'failed', code: UNUSABLE, message: start };
    const input = inputOf(context, trial, start);
    const jobId = `${trial.id}-a${trial.attempts}`;
    return context.executor.run({ kind: 'train', jobId, input }, (news) => hear(attempt, news), signal);
  };
  const end = await run();
  const isUnusable = end.type === 'failed' && end.code === UNUSABLE && goesOn();
  if (!isUnusable) return end;
  beginAnew(context, trial.id, end.message);
  return run();
}

/** A leg of its own schedule ends with that schedule; one that is a part ends within the run's. */
function scheduleOf({ recipe }: SearchConfig, { leg }: Trial): Pick<Input<'train'>, 'recipe' | 'until'> {
  if (leg === undefined) return { recipe };
  return { recipe: leg.schedule === 'own' ? { ...recipe, epochs: leg.until } : recipe, until: leg.until };
}

function inputOf(context: RunContext, trial: Trial, start: Start | undefined): Input<'train'> {
  const { config, store, files, space, dataset, teacher } = context;
  const from = store.checkpoint(trial.id, 'epoch');
  return {
    graph: graphOf(space, trial.candidate),
    dataset,
    ...(teacher && { teacher }),
    ...scheduleOf(config, trial),
    checkpoints: config.checkpoints,
    seed: trial.seed,
    ...(start && { from: start }),
    ...(from && { resumeFrom: { path: files.pathOf(from.file), sha256: from.sha256 } }),
  };
}

async function hear({ context, trial, trains }: Attempt, news: Report<'train'>): Promise<void> {
  const { progress, pointAppended, trialChanged, runChanged, log } = context;
  if (news.type === 'note') {
    log.info({ trial: trial.id }, news.words);
  } else if (news.type === 'progress') {
    const isTraining = news.stage === 'training';
    const isCombining = news.stage === COMBINING;
    if (isTraining || isCombining) trains();
    const words = isCombining ? `${news.stage}, try ${news.done + 1} of ${news.total}` : news.stage;
    const part = news.total > 0 ? news.done / news.total : undefined;
    // Of a training the bar tells, and of a few tries their number does.
    progress.trialStage(trial, words, isTraining ? part : undefined, isTraining || isCombining ? undefined : part);
  } else {
    trains();
    await keepEpoch(context, trial, news);
    const { epoch } = news.point;
    const length = scheduleLength(trial);
    progress.trialStage(trial, epochWords(trial, epoch), length === 0 ? undefined : epoch / length);
    pointAppended(trial.id, news.point);
    trialChanged(trial.id);
  }
  runChanged();
}

/** `epoch 3 of 8 done`; of a leg with what comes after it. */
function epochWords(trial: Trial, epoch: number): string {
  const length = scheduleLength(trial);
  if (length === 0) return `epoch ${epoch} done`;
  const done = `epoch ${epoch} of ${length} done`;
  if (trial.leg === undefined) return done;
  return trial.leg.schedule === 'own' ? `${done}, a short training` : `${done}, rests after ${trial.leg.until}`;
}

async function keepEpoch(
  { store, files }: RunContext,
  { id }: Trial,
  { point, checkpoint }: EpochReport,
): Promise<void> {
  const sealed = await files.seal(checkpoint.path, checkpoint);
  const adopted = files.adopt(checkpoint.path, `${id}-epoch-${point.epoch}.safetensors`, sealed);
  const replaced = store.appendEpoch(id, point, { epoch: point.epoch, ...adopted });
  if (replaced !== undefined) files.remove([replaced]);
}

/** Metrics, checkpoint, predictions, score and the log's `told` in one transaction. */
async function finish({ context, trial, seconds }: Attempt, result: Trained): Promise<RunEvent> {
  const { config, store, files, score } = context;
  const { accuracy, loss, measures, params, checkpoint, best, epochs, predictions } = result;
  if (params !== trial.params) {
    throw new WorkbenchError(
      'internal',
      `Trial ${trial.id} has ${params} weights, and its graph says ${trial.params}.`,
    );
  }
  noteComputer(store, context.runId, result.computer);
  const measured = { accuracy, loss, ...measures, params, macs: trial.macs, ...toldLatency(context, trial.id) };
  const metrics = withReward(config.reward, measured);
  const sealed = await files.seal(checkpoint.path, checkpoint);
  const sealedBest = best && (await files.seal(best.checkpoint.path, best.checkpoint));
  const adopted = files.adopt(checkpoint.path, `${trial.id}.safetensors`, sealed);
  const adoptedBest =
    best && sealedBest && files.adopt(best.checkpoint.path, `${trial.id}-best-${best.epoch}.safetensors`, sealedBest);
  const ended = written(score, () =>
    store.finishTrial(trial.id, {
      metrics,
      seconds: seconds(),
      checkpoint: { epoch: epochs, ...adopted },
      ...(best && adoptedBest && { best: { epoch: best.epoch, ...adoptedBest } }),
      predictions,
      // Its own epochs come with the log's next event.
      score: { ...score.add(metrics), ...('epochs' in config.budget && { epochs: context.spending.done() }) },
    }),
  );
  files.remove(ended.files);
  if (config.checkpoints.keep === 'front') files.remove(store.dropWeights(context.kept.add(ended.trial)));
  return ended.event;
}

/** What it has learned is kept where it can go on from it. */
function rest({ context, trial, seconds }: Attempt, { epoch, accuracy, loss }: Rested): RunEvent {
  const { config, store, files } = context;
  const { id, params, macs } = trial;
  const metrics = withReward(config.reward, { accuracy, loss, params, macs, ...toldLatency(context, id) });
  const rested = store.restTrial(id, { epoch, metrics, seconds: seconds() });
  files.remove(rested.files);
  return rested.event;
}

/** What was counted and could not be written is not counted. */
function written<T>(score: RunningScore, write: () => T): T {
  try {
    return write();
  } catch (error) {
    score.forget();
    throw error;
  }
}
