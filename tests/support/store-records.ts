/** Records for tests of the store and of what stands on it: small, and with every optional field
 * somewhere. */
import type { EventOf, Proposal } from '../../src/core/records/events.ts';
import type { LatencyMeasurement } from '../../src/core/latency.ts';
import type { SearchConfig } from '../../src/core/records/run.ts';
import type { RunSources } from '../../src/core/records/sources.ts';
import type { Candidate } from '../../src/core/space/space.ts';
import type { AskedEvent } from '../../src/core/strategies/strategy.ts';
import type { EpochPoint } from '../../src/core/records/epoch.ts';
import type { CheckpointRow, FinishedTrial, NewTrialCosts, WritableStore } from '../../src/store/store.ts';
import type { RunScore } from '../../src/core/records/summary.ts';

export function searchConfig(name = 'Quick search'): SearchConfig {
  return {
    name,
    dataset: 'fashion-mnist',
    trainImages: 1000,
    teacher: 'fashion-resnet',
    families: ['resnet'],
    strategy: { id: 'trade', options: { batch: 1, warm: true, note: 'NaN' } },
    objectives: [
      { metric: 'accuracy', goal: 'maximize', known: false },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    limits: [{ metric: 'macs', max: Infinity }],
    reference: { accuracy: 0, params: 1e5 },
    budget: { trials: 4 },
    recipe: {
      epochs: 3,
      batchSize: 64,
      optimizer: 'sgd',
      learningRate: 0.1,
      warmupEpochs: 0,
      schedule: 'cosine',
      milestones: [0.5, 0.75],
      decayFactor: 0.1,
      momentum: 0.9,
      weightDecay: 1e-4,
      clipNorm: 0,
      emaDecay: 0,
      labelSmoothing: 0,
      augmentation: { flip: true, shift: 2, cutout: 0, timeMask: 0, bandMask: 0, mixup: 0 },
      distillation: { loss: 'kd', temperature: 4, weight: 0.9 },
    },
    checkpoints: { precision: 'fp32', keep: 'last' },
    seed: 1,
    slots: 1,
  };
}

export function proposal(trial: number): Proposal {
  return {
    trial,
    candidate: { family: 'resnet', config: { width: 8 + trial, kernel: '3x3', bias: false } },
    seed: 0xffff_ffff - trial,
    why: {
      source: 'region',
      region: { id: 0, centre: 1, radius: '1.5' },
      predicted: { mean: 0.7, deviation: NaN },
      expectedGain: Infinity,
    },
  };
}

export function asked(...trials: readonly number[]): AskedEvent {
  return { type: 'asked', proposals: trials.map(proposal), position: trials.length, warmStart: [0.5, -Infinity, -0] };
}

/** As `asked`, of students that the family has: an archive of others is refused. */
export function askedOf(...trials: readonly number[]): AskedEvent {
  const event = asked(...trials);
  const levels = [4, 6, 8, 12];
  const candidate = (trial: number): Candidate => ({
    family: 'resnet',
    config: { width1: levels[trial % 4] ?? 4, blocks1: 1, width2: 16, blocks2: 1, blocks3: 0 },
  });
  return { ...event, proposals: event.proposals.map((one) => ({ ...one, candidate: candidate(one.trial) })) };
}

/** Of as many classes as the data set has; exact in half precision. */
export const PREDICTIONS = {
  count: 2,
  classes: 10,
  probabilities: Float32Array.of(...new Array<number>(20).fill(0.125)),
};

export const COSTS: NewTrialCosts = { params: 12_345, macs: 1_500_000_000, peakActivationBytes: 65_536 };

export function costsOf(event: AskedEvent): readonly NewTrialCosts[] {
  return event.proposals.map(() => COSTS);
}

export function point(epoch: number): EpochPoint {
  return {
    epoch,
    trainLoss: epoch === 2 ? NaN : 1 / epoch,
    validationLoss: 1e308,
    validationAccuracy: 0.1 * epoch,
    learningRate: -0,
    seconds: Infinity,
  };
}

export const SCORE: RunScore = {
  bestAccuracy: 0.8,
  frontSize: 2,
  hypervolume: 0.5,
  history: [0.25, 0.5],
  historyStep: 1,
};

const hash = (digit: number): string => String(digit).repeat(64);

export const RECORDED_SOURCES: RunSources = {
  at: '2026-01-01T00:00:00.000Z',
  dataset: {
    shape: [28, 28, 1],
    classes: ['bag', "it's a boot"],
    splits: {
      train: { images: hash(1), labels: hash(2) },
      val: { images: hash(3), labels: hash(4) },
      test: { images: hash(5), labels: hash(6) },
    },
  },
  teacher: { weights: hash(7), network: hash(8) },
};

export const LATENCY: LatencyMeasurement = {
  engine: 'onnxruntime',
  batch: 1,
  version: '1.30.0',
  device: 'cpu',
  threads: 1,
  warmupPasses: 20,
  // Exact in single precision.
  timingsMs: Float32Array.of(0.5, 0.25, 1.75),
  otherLoad: 0.125,
};

type CheckpointFile = Omit<CheckpointRow, 'trialId' | 'kind'>;

export function checkpointFile(file: string, epoch = 1): CheckpointFile {
  return { file, epoch, bytes: 3, sha256: 'ab'.repeat(32) };
}

/** Of a search over two paths. */
export const mixed = (epoch = 1, search = 0): EventOf<'mixed'> => ({
  ...{ type: 'mixed', search, epoch, shares: [0.75, 0.25], loss: 2 / epoch },
});

export function finished(file: string, changes: Partial<FinishedTrial> = {}): FinishedTrial {
  return {
    metrics: { accuracy: 0.8, loss: NaN },
    seconds: 2,
    checkpoint: checkpointFile(file, 3),
    // Exact in half precision.
    predictions: { count: 2, classes: 2, probabilities: Float32Array.of(0.25, 0.75, 1, 0) },
    score: SCORE,
    ...changes,
  };
}

/** All of it, and the files that nothing names any more. */
export function deleteRun(store: WritableStore, id: string): readonly string[] {
  const files: string[] = [];
  for (let isGone = false; !isGone;) {
    const part = store.deletePart(id);
    files.push(...part.files);
    isGone = part.isGone;
  }
  return files;
}

/** A run `run_1` with one queued trial. */
export function withTrial(store: WritableStore): { readonly id: string } {
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
  store.recordAsked('run_1', asked(0), [COSTS], 3);
  return { id: 'run_1-0000' };
}
