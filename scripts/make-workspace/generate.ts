/**
 * Fills a workspace with made-up runs, through the store's own writes and rules, so that whatever
 * the store demands of real records holds of these. The same options give the same records.
 *
 * What it leaves out on purpose: weights (files that hold no tensors, of the fronts' students
 * alone) and predictions (of no images). The doctor finds it sound; an export or a confusion matrix
 * of such a student says what is missing.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { encodeTensors } from '../../src/compute/files/safetensors.ts';
import type { Rng } from '../../src/core/math/rng.ts';
import { createRng, split } from '../../src/core/math/rng.ts';
import { frontOf } from '../../src/core/front.ts';
import { createKeptFront } from '../../src/host/runs/kept-front.ts';
import { createRunScorer } from '../../src/host/runs/score.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { curveOf, finalAccuracy, rounded } from './learning.ts';
import type { PlannedRun, WorkspaceOptions } from './plan.ts';
import { planRuns } from './plan.ts';
import type { Student, StudentPool } from './students.ts';
import { createStudentPool } from './students.ts';

/** As Fashion-MNIST's, which every workspace has. */
const INPUT_SHAPE = [28, 28, 1];
const CLASSES = 10;
/** Trials written in one transaction. */
const BATCH = 500;
const FAILS = 0.02;
const NO_WEIGHTS = encodeTensors([], { made: 'a generated workspace has no weights' });
const WEIGHTS = { bytes: NO_WEIGHTS.length, sha256: createHash('sha256').update(NO_WEIGHTS).digest('hex') };
const NO_PREDICTIONS = { count: 0, classes: CLASSES, probabilities: new Float32Array(0) };

type End = 'finished' | 'failed' | 'interrupted' | 'queued';

/** `told` hears of each run that is written. Throws where the options do not fit together or
 * `directory` holds runs. */
export function generateWorkspace(
  directory: string,
  options: WorkspaceOptions,
  told: (runs: number, trials: number) => void = () => {},
): void {
  const pool = createStudentPool(INPUT_SHAPE, CLASSES);
  const plan = planRuns(options, pool);
  const clock = { ms: 0 };
  const workspace = openWorkspace(directory, { now: () => new Date(clock.ms) });
  try {
    if (workspace.store.runs({ limit: 1 }).total > 0) {
      throw new RangeError(`${directory} holds runs already: choose a folder of its own.`);
    }
    let trials = 0;
    plan.forEach((run, index) => {
      clock.ms = run.startedAt.getTime();
      writeRun(workspace, run, pool, clock);
      trials += run.trials;
      told(index + 1, trials);
    });
  } finally {
    workspace.close();
  }
}

function writeRun(workspace: Workspace, run: PlannedRun, pool: StudentPool, clock: { ms: number }): void {
  const { store, files } = workspace;
  const { id, config, state } = run;
  const rng = createRng(run.seed);
  const gain = 0.01 * rng.normal();
  const students = pool.draw(config.families, run.trials, rng);
  const scorer = createRunScorer(config);
  const kept = createKeptFront(config, []);
  store.createRun({ id, config, strategyVersion: 1, sample: false });
  for (let start = 0; start < students.length; start += BATCH) {
    workspace.together(() =>
      students.slice(start, start + BATCH).forEach((student, offset) => {
        const number = start + offset;
        writeTrial(student, number, endOf(run, number, rng));
      }),
    );
  }
  workspace.together(() => endRun());

  function writeTrial(student: Student, number: number, end: End): void {
    const { epochs } = config.recipe;
    const seed = split(run.seed, number);
    const proposal = { trial: number, candidate: student.candidate, seed, why: whyOf(number, student, rng) };
    const [trial] = store.recordAsked(
      id,
      { type: 'asked', proposals: [proposal], position: number + 1 },
      [student.costs],
      epochs,
    );
    if (trial === undefined || end === 'queued') return;
    store.startTrial(trial.id);
    const accuracy = finalAccuracy(student, gain, rng);
    const secondsEach = 0.4 + student.costs.macs / 4e7;
    const stops = end === 'finished' ? undefined : 1 + rng.int(epochs);
    const curve = curveOf(accuracy, epochs, secondsEach, rng, stops);
    for (const point of curve) store.appendEpoch(trial.id, point, undefined);
    const seconds = rounded(curve.reduce((sum, point) => sum + point.seconds, 0));
    clock.ms += Math.round(1000 * seconds);
    if (end === 'interrupted') return store.interruptTrial(trial.id, seconds);
    if (end === 'failed') {
      store.failTrial(trial.id, `The loss was not a number in epoch ${curve.length}.`, 'failed', seconds);
      return;
    }
    const { params, macs } = student.costs;
    const metrics = { accuracy, loss: curve.at(-1)?.validationLoss ?? NaN, params, macs };
    const checkpoint = { epoch: epochs, file: weightsFile(trial.id), ...WEIGHTS };
    const score = scorer.add(metrics);
    store.finishTrial(trial.id, { metrics, seconds, checkpoint, predictions: NO_PREDICTIONS, score });
    store.dropWeights(kept.add(store.trial(trial.id) ?? trial));
  }

  function endRun(): void {
    const trials = store.trials(id);
    for (const trial of frontOf(config, trials)) {
      writeFileSync(files.pathOf(weightsFile(trial.id)), NO_WEIGHTS);
      const accuracy = trial.metrics['accuracy'] ?? NaN;
      if (state === 'finished') store.recordTest(trial.id, rounded(accuracy - 0.004 + 0.003 * rng.normal()));
    }
    store.addRunSeconds(id, rounded((clock.ms - run.startedAt.getTime()) / 1000));
    store.setRunState(id, state, REASONS[state]);
  }
}

const REASONS = {
  finished: undefined,
  failed: 'No student could be trained.',
  paused: undefined,
  interrupted: 'The workbench ended while it ran; it can go on from its last checkpoint.',
} as const satisfies Record<PlannedRun['state'], string | undefined>;

const weightsFile = (trialId: string): string => `${trialId}.safetensors`;

/** A run that was left has a trial in hand and one that waits; everywhere some fail. */
function endOf({ state, trials }: PlannedRun, number: number, rng: Rng): End {
  const fails = rng.uniform() < FAILS;
  if (state === 'failed') return 'failed';
  if (state === 'finished') return fails ? 'failed' : 'finished';
  if (number === trials - 1 && trials > 1) return 'queued';
  return number >= trials - 2 ? 'interrupted' : fails ? 'failed' : 'finished';
}

function whyOf(number: number, { costs }: Student, rng: Rng) {
  if (number < 8) return { source: 'initial' };
  if (rng.uniform() < 0.3) return { source: 'random' };
  const mean = rounded(0.93 - 1.5 * costs.params ** -0.28 + 0.01 * rng.normal());
  return { source: 'mutation', predicted: { mean, deviation: rounded(0.005 + 0.01 * rng.uniform()) } };
}
