/** The walk of one trial: start, epochs, checkpoint, result, each recorded before the next
 * begins. */
import type { Input, Report } from '../../compute/tasks/tasks.ts';
import type { Rested, Trained } from '../../compute/tasks/train/task.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import type { Metrics } from '../../core/objective.ts';
import { withReward } from '../../core/reward.ts';
import type { SearchConfig } from '../../core/run.ts';
import type { Trial } from '../../core/trial.ts';
import type { EndedTrial } from '../../store/store.ts';
import { faultOfFile } from '../students/checkpoint-file.ts';
import { slowness, timeBeforeTraining, toldLatency } from './latency.ts';
import type { RunContext } from './context.ts';
import { graphOf, sharedFault } from './context.ts';
import type { RunningScore } from './score.ts';
import type { Reporter, TaskEnd } from '../executors/executor.ts';

/** A trainer that dies or hangs with the trial in hand gets so many tries in all, each from the
 * last epoch checkpoint. */
const TRIES = 2;

/**
 * Resolves to the event that the trial's end has put into the run's log, or, after `signal`, when
 * it is interrupted and can go on later. Throws faults that are not the trial's own (disk, data
 * set, no trainer can be started): the trial is then interrupted, if that can still be recorded.
 */
export async function walkTrial(
  context: RunContext,
  trial: Trial,
  signal: AbortSignal,
): Promise<RunEvent | 'interrupted'> {
  for (let attempt = 1; ; attempt += 1) {
    const end = await tryTrial(context, trial, signal, attempt === TRIES);
    if (end !== 'again') return end;
  }
}

async function tryTrial(
  context: RunContext,
  trial: Trial,
  signal: AbortSignal,
  lastTry: boolean,
): Promise<RunEvent | 'interrupted' | 'again'> {
  const { store, progress, now, log, trialChanged } = context;
  const fault = await faultOfStart(context, trial.id);
  const begun = store.startTrial(trial.id);
  const fresh = fault === undefined ? begun : beginAnew(context, trial.id, fault);
  progress.trialStarted(fresh);
  trialChanged(trial.id);
  const whole = fresh.epochsDone === 0;
  // Training time: starting a trainer and the teacher's soft targets are shared by all trials.
  let started: number | undefined;
  const seconds = (): number => (started === undefined ? 0 : (now() - started) / 1000);
  const hear = (event: Report<'train'>): Promise<void> => {
    const isTraining = event.type === 'epoch' || (event.type === 'progress' && event.stage === 'training');
    if (isTraining) started ??= now();
    return report(context, fresh, event);
  };
  let outcome: { readonly ended: boolean; readonly seconds?: number } = { ended: false };
  try {
    const timed = await timeBeforeTraining(context, fresh, signal);
    if (timed === 'too slow') {
      const { event } = ruleOut(context, fresh);
      outcome = { ended: true };
      return event;
    }
    const end = timed ?? (await train(context, fresh, hear, signal));
    switch (end.type) {
      case 'done': {
        if (end.output.type === 'rested') return rest(context, fresh, end.output, seconds());
        const event = await finish(context, fresh, end.output, seconds());
        outcome = { ended: true, ...(whole && { seconds: seconds() }) };
        return event;
      }
      case 'stopped':
        store.interruptTrial(trial.id, seconds());
        return 'interrupted';
      case 'failed': {
        const fault = sharedFault(end.code, end.message);
        if (fault !== undefined) throw fault;
        const event = fail(context, trial.id, end.message, seconds());
        outcome = { ended: true };
        return event;
      }
      case 'crashed': {
        log.warn({ trial: trial.id, message: end.message }, 'trainer crashed');
        if (signal.aborted || !lastTry) {
          store.interruptTrial(trial.id, seconds());
          return signal.aborted ? 'interrupted' : 'again';
        }
        const event = fail(context, trial.id, `Tried ${TRIES} times. ${end.message}`, seconds());
        outcome = { ended: true };
        return event;
      }
    }
  } catch (error) {
    giveBack(context, trial.id, seconds());
    throw error;
  } finally {
    progress.trialLeft(fresh, outcome);
    trialChanged(trial.id);
  }
}

/** Where the trainer can do nothing with what training was to go on from, it begins anew: once, and
 * in the same attempt. */
async function train(
  context: RunContext,
  trial: Trial,
  hear: Reporter<'train'>,
  signal: AbortSignal,
): Promise<TaskEnd<'train'>> {
  const run = (input: Input<'train'>): Promise<TaskEnd<'train'>> =>
    context.executor.run({ kind: 'train', jobId: `${trial.id}-a${trial.attempts}`, input }, hear, signal);
  const input = inputOf(context, trial);
  const end = await run(input);
  const isUnusable = end.type === 'failed' && end.code === UNUSABLE && input.resumeFrom !== undefined;
  if (!isUnusable) return end;
  beginAnew(context, trial.id, end.message);
  return run(inputOf(context, trial));
}

const UNUSABLE: ErrorCode = 'checkpoint.corrupt';

/** What is wrong with the file that training is to go on from, in words: a wrong one would give a
 * wrong student in silence. */
async function faultOfStart({ store, files }: RunContext, trialId: string): Promise<string | undefined> {
  const row = store.checkpoint(trialId, 'epoch');
  const fault = row && (await faultOfFile(files.pathOf(row.file), row));
  return fault === undefined ? undefined : `The checkpoint after epoch ${row?.epoch} ${fault}.`;
}

function beginAnew({ store, files, log }: RunContext, trialId: string, why: string): Trial {
  const anew = store.beginAnew(trialId, `It began anew. ${why}`);
  log.warn({ trial: trialId, why }, 'a trial begins anew');
  files.remove(anew.files);
  return anew.trial;
}

/** A leg of its own schedule ends with that schedule; one that is a part ends within the run's. */
function scheduleOf({ recipe }: SearchConfig, { leg }: Trial): Pick<Input<'train'>, 'recipe' | 'until'> {
  if (leg === undefined) return { recipe };
  return { recipe: leg.schedule === 'own' ? { ...recipe, epochs: leg.until } : recipe, until: leg.until };
}

function inputOf(context: RunContext, trial: Trial): Input<'train'> {
  const { config, store, files, space, dataset, teacher } = context;
  const from = store.checkpoint(trial.id, 'epoch');
  return {
    graph: graphOf(space, trial.candidate),
    dataset,
    ...(teacher && { teacher }),
    ...scheduleOf(config, trial),
    checkpoints: config.checkpoints,
    seed: trial.seed,
    ...(from && { resumeFrom: files.pathOf(from.file) }),
  };
}

async function report(context: RunContext, trial: Trial, event: Report<'train'>): Promise<void> {
  const { store, files, progress, pointAppended, trialChanged, runChanged } = context;
  if (event.type === 'progress') {
    const share = event.stage === 'training' && event.total > 0 ? event.done / event.total : undefined;
    progress.trialStage(trial, event.stage, share);
    runChanged();
    return;
  }
  const { point, checkpoint } = event;
  const sealed = await files.seal(checkpoint.path, checkpoint);
  const adopted = files.adopt(checkpoint.path, `${trial.id}-epoch-${point.epoch}.safetensors`, sealed);
  const replaced = store.appendEpoch(trial.id, point, { epoch: point.epoch, ...adopted });
  if (replaced !== undefined) files.remove([replaced]);
  const byTime = trial.epochs === 0;
  const words = byTime ? `epoch ${point.epoch} done` : `epoch ${point.epoch} of ${trial.epochs} done`;
  progress.trialStage(trial, words, byTime ? undefined : point.epoch / trial.epochs);
  pointAppended(trial.id, point);
  trialChanged(trial.id);
  runChanged();
}

/** Metrics, checkpoint, predictions, score and the log's `told` in one transaction. */
async function finish(context: RunContext, trial: Trial, result: Trained, seconds: number): Promise<RunEvent> {
  const { config, store, files, score } = context;
  const { accuracy, loss, params, checkpoint, best, epochs, predictions } = result;
  if (params !== trial.params) {
    throw new WorkbenchError(
      'internal',
      `Trial ${trial.id} has ${params} weights, and its graph says ${trial.params}.`,
    );
  }
  const measured = { accuracy, loss, params, macs: trial.macs, ...toldLatency(context, trial.id) };
  const metrics = withReward(config.reward, measured);
  const sealed = await files.seal(checkpoint.path, checkpoint);
  const sealedBest = best && (await files.seal(best.checkpoint.path, best.checkpoint));
  const adopted = files.adopt(checkpoint.path, `${trial.id}.safetensors`, sealed);
  const adoptedBest =
    best && sealedBest && files.adopt(best.checkpoint.path, `${trial.id}-best-${best.epoch}.safetensors`, sealedBest);
  const ended = written(score, () =>
    store.finishTrial(trial.id, {
      metrics,
      seconds,
      checkpoint: { epoch: epochs, ...adopted },
      ...(best && adoptedBest && { best: { epoch: best.epoch, ...adoptedBest } }),
      predictions,
      score: score.add(metrics),
    }),
  );
  files.remove(ended.files);
  if (config.checkpoints.keep === 'front') files.remove(store.dropWeights(context.kept.add(ended.trial)));
  return ended.event;
}

/** What it has learned is kept where it can go on from it. */
function rest(context: RunContext, trial: Trial, { epoch, accuracy, loss }: Rested, seconds: number): RunEvent {
  const { config, store, files } = context;
  const { id, params, macs } = trial;
  const metrics = withReward(config.reward, { accuracy, loss, params, macs, ...toldLatency(context, id) });
  const rested = store.restTrial(id, { epoch, metrics, seconds });
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

/** Beyond the latency limit before it was trained: it counts as tried, and the strategy hears how
 * slow it is. */
function ruleOut(context: RunContext, { id, params, macs }: Trial): EndedTrial {
  const metrics: Metrics = { params, macs, ...toldLatency(context, id) };
  return context.store.ruleOutTrial(id, metrics, slowness(context.config, metrics) ?? '');
}

function fail({ store, files }: RunContext, trialId: string, reason: string, seconds: number): RunEvent {
  const ended = store.failTrial(trialId, reason, 'failed', seconds);
  files.remove(ended.files);
  return ended.event;
}

/** The fault that brought us here is the one to report, so a second one (the disk is still full) is
 * only logged. */
function giveBack({ store, log }: RunContext, trialId: string, seconds: number): void {
  try {
    if (store.trial(trialId)?.state === 'running') store.interruptTrial(trialId, seconds);
  } catch (error) {
    log.warn({ trial: trialId, error: String(error) }, 'could not record the interruption');
  }
}
