/**
 * A trainer that speaks `protocol.ts` and computes nothing: metrics are a formula of the graph,
 * epochs last a few milliseconds. `FAKE_TRAINER` in its environment is a `FakePlan` as JSON; trials
 * are named by their numbers.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf } from '../../src/core/arch/cost.ts';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import type { DatasetCard } from '../../src/core/records/dataset-card.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { FromTrainer, JobId, JobMessage, OrderMessage, ToTrainer } from '../../src/compute/protocol.ts';
import type { WrittenFile } from '../../src/compute/tasks/outputs.ts';
import { INPUTS, isKind } from '../../src/compute/tasks/tasks.ts';
import type { Input, Kind, Output } from '../../src/compute/tasks/tasks.ts';
import type { TaskTools } from '../../src/compute/tasks/run.ts';
import { fakeAccuracy, labelsOf, measuresOf, predict, restedFigures } from './fake-figures.ts';
import { writeFakeEnsemble, writeFakeLogitsTeacher, writeFakeOnnxTeacher } from './fake-teacher.ts';
import { writeFakeStudentTeacher, writeFakeTeacher } from './fake-teacher.ts';

export interface FakePlan {
  readonly epochMs?: number;
  /** Dies in the first attempt, in every attempt; says nothing for ever; reports a failure; reports
   * NaN. */
  readonly crashOnce?: readonly number[];
  readonly crash?: readonly number[];
  readonly hang?: readonly number[];
  readonly fail?: readonly number[];
  readonly nan?: readonly number[];
  /** They can do nothing with what they are to go on from. */
  readonly unusable?: readonly number[];
  /** The first epoch was the best. */
  readonly bestFirst?: readonly number[];
  /** Before it is ready. */
  readonly dieAtStart?: boolean;
  /** A fault of the machine, reported for every training job while this file exists. */
  readonly diskFullWhile?: string;
  /** Every process appends its id to this file. */
  readonly pidFile?: string;
  /** They train until they are told to hold. */
  readonly untilHeld?: readonly number[];
  /** Every process appends what it does to this file: `epoch`, `held`, `timing`, `timed`, and of
   * whose weights a student begins with the map and the hashes, one a line. */
  readonly traceFile?: string;
  /** Each job's events come twice, first under a dead session's fence. */
  readonly echoOldFence?: boolean;
  /** A search reports a failure; its first so many attempts die in their second epoch. */
  readonly searchFails?: boolean;
  readonly searchCrashes?: number;
  /** Of each edge so many paths are in play; the others count nothing. */
  readonly searchKeeps?: number;
}

const plan = JSON.parse(process.env['FAKE_TRAINER'] ?? '{}') as FakePlan; // written by tests
const epochMs = plan.epochMs ?? 5;
let stopping = false;
let working: string | undefined;
let paused = false;

function send(message: FromTrainer): void {
  if (plan.echoOldFence && 'fence' in message) process.send?.({ ...message, fence: 's000000-old' });
  process.send?.(message);
}

function tell({ jobId, fence }: JobId, message: JobMessage): void {
  send({ jobId, fence, ...message });
}

/** The host asked for the job's end. */
class Stopped extends Error {}

/** Between two pieces of work. */
function checkStop(): void {
  if (stopping) throw new Stopped();
}

function trace(what: string): void {
  if (plan.traceFile !== undefined) appendFileSync(plan.traceFile, `${what}\n`);
}

/** Milliseconds a pass: a call for each layer, and the arithmetic. */
export function fakeLatencyMs(graph: ArchitectureGraph, batch: number): number {
  return 0.01 * graph.layers.length + (batch * costOf(graph).macs) / 1e7;
}

const measure: FakeRun<'latency'> = async ({ graph, engines, batches }) => {
  trace('timing');
  await sleep(3 * epochMs);
  const measurements = engines.flatMap((engine) =>
    batches.map((batch) => ({
      ...{ engine, batch, version: '0', device: 'cpu (fake)', warmupPasses: 20, otherLoad: 0 },
      threads: Number(process.env['TF_NUM_INTRAOP_THREADS']),
      timingsMs: new Float32Array(30).fill(fakeLatencyMs(graph, batch)),
    })),
  );
  trace('timed');
  return measurements;
};

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function write(path: string, content: unknown): WrittenFile {
  const bytes = Buffer.from(JSON.stringify(content));
  writeFileSync(path, bytes);
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const train: FakeRun<'train'> = async (input, { jobId, folders, report, held }) => {
  const { graph, recipe, checkpoints, seed, resumeFrom } = input;
  const [, number = '0', attempt = '1'] = /-(\d+)-a(\d+)$/.exec(jobId) ?? [];
  const is = (trials: readonly number[] | undefined): boolean => trials?.includes(Number(number)) ?? false;
  const inTemp = (file: string): string => join(folders.temp, `${jobId}-${file}.safetensors`);
  if (plan.diskFullWhile !== undefined && existsSync(plan.diskFullWhile)) {
    throw new WorkbenchError('disk.full', 'No space left on device (fake).');
  }
  if (resumeFrom !== undefined && is(plan.unusable)) {
    throw new WorkbenchError('checkpoint.corrupt', 'It lacks a slot (fake).');
  }
  if (input.from) trace(`${input.from.map} ${input.from.parents.map((one) => (one === 'teacher' ? one : one.sha256))}`);
  const from = resumeFrom ? (JSON.parse(readFileSync(resumeFrom.path, 'utf8')) as { epoch: number }).epoch : 0;
  const accuracy = is(plan.nan) ? NaN : fakeAccuracy(graph);
  const { until = recipe.epochs } = input;
  for (let epoch = from + 1; epoch <= Math.min(until, recipe.epochs); epoch += 1) {
    report({ type: 'progress', stage: 'training', done: epoch - 1, total: recipe.epochs });
    while (epoch === from + 1 && is(plan.untilHeld) && !paused && !stopping) await sleep(1);
    if (paused) {
      trace('held');
      held();
    }
    while (paused && !stopping) await sleep(1);
    trace('epoch');
    await sleep(epochMs);
    checkStop();
    if (epoch === from + 1 && is(plan.hang)) await sleep(3_600_000);
    if (epoch === 2 && (is(plan.crash) || (is(plan.crashOnce) && attempt === '1'))) {
      process.stderr.write('fake trainer: cannot allocate tensor\n');
      process.exit(134);
    }
    if (epoch === 2 && is(plan.fail)) {
      throw new WorkbenchError('trainer.failed', 'The loss is not finite (fake).');
    }
    const point = {
      epoch,
      trainLoss: 2 / (epoch + 1),
      validationLoss: 2.1 / (epoch + 1),
      validationAccuracy: accuracy * (1 - 0.3 / (epoch + 1)),
      learningRate: recipe.learningRate * (1 - epoch / (recipe.epochs + 1)),
      seconds: epochMs / 1000,
    };
    report({ type: 'epoch', point, checkpoint: write(inTemp(String(epoch)), { epoch, seed }) });
  }
  // As after that epoch of a schedule of `recipe.epochs`.
  if (input.until !== undefined) return { type: 'rested', epoch: until, ...restedFigures(graph, until) };
  const predictions = predict(labelsOf(input.dataset, 'val'), graph.classes, accuracy, seed);
  return {
    type: 'trained',
    accuracy: is(plan.nan) ? NaN : predictions.accuracy,
    loss: 2.1 / (recipe.epochs + 1),
    seconds: (epochMs * recipe.epochs) / 1000,
    params: costOf(graph).params,
    computer: { backend: 'fake 1.0.0', device: 'cpu (none)', threads: 1 },
    checkpoint: write(inTemp('final'), { seed, accuracy }),
    epochs: recipe.epochs,
    ...(checkpoints.keep === 'best-and-last' &&
      is(plan.bestFirst) && {
        best: { epoch: 1, checkpoint: write(inTemp('best'), { seed, best: true, accuracy }) },
      }),
    predictions: { count: predictions.count, classes: predictions.classes, probabilities: predictions.probabilities },
    measures: measuresOf(input.dataset, labelsOf(input.dataset, 'val'), predictions),
  };
};

/** From all alike to a quarter of what all but the last path in play had. */
function fakeShares(paths: number, progress: number): readonly number[] {
  const other = (1 - 0.75 * progress) / paths;
  const kept = Math.min(paths, plan.searchKeeps ?? paths);
  return Array.from({ length: paths }, (_, path) => {
    if (path >= kept) return 0;
    return path < kept - 1 ? other : 1 - other * (kept - 1);
  });
}

/** Half a second of processors an epoch; of each edge the last path counts most. */
const supernet: FakeRun<'supernet'> = async ({ networks, recipe, resumeFrom }, { jobId, folders, report }) => {
  const edges = networks[0]?.edges ?? [];
  const attempt = Number(/-a(\d+)$/.exec(jobId)?.[1]);
  const inTemp = (file: string | number): string => join(folders.temp, `${jobId}-${file}.safetensors`);
  const from = resumeFrom ? (JSON.parse(readFileSync(resumeFrom.path, 'utf8')) as { epoch: number }).epoch : 0;
  for (let epoch = from + 1; epoch <= recipe.epochs; epoch += 1) {
    report({ type: 'progress', stage: 'searching', done: epoch - 1, total: recipe.epochs });
    await sleep(epochMs);
    checkStop();
    if (plan.searchFails) throw new WorkbenchError('trainer.failed', 'The loss is not finite (fake).');
    if (epoch === 2 && attempt <= (plan.searchCrashes ?? 0)) process.exit(134);
    const shares = edges.flatMap(({ paths }) => fakeShares(paths.length, epoch / recipe.epochs));
    report({ type: 'epoch', epoch, shares, loss: 2 / (epoch + 1), checkpoint: write(inTemp(epoch), { epoch }) });
  }
  return {
    ...{ epochs: recipe.epochs, cpuSeconds: recipe.epochs / 2 },
    mixing: edges.flatMap(({ paths }) => paths.map((_, level) => level / 10)),
    checkpoint: write(inTemp('final'), { edges: edges.length }),
  };
};

/** `held`: tells the host that nothing is computed any more. */
type FakeRun<K extends Kind> = (
  input: Input<K>,
  tools: Omit<TaskTools<K>, 'yieldToEvents'> & { readonly held: () => void },
) => Promise<Output<K>>;

/** Data sets are imported by the real one. */
type Faked = Exclude<Kind, 'import'>;

const RUNS: { readonly [K in Faked]: FakeRun<K> } = {
  train,
  supernet,
  evaluate: async ({ source, dataset, split }) => {
    const labels = labelsOf(dataset, split === 'test' ? 'test' : 'val');
    if (source.kind === 'teacher') {
      const { accuracy, ...predictions } = predict(labels, 10, 0.93, 7);
      return { accuracy, loss: 0.2, predictions };
    }
    const kept = JSON.parse(readFileSync(source.weights.path, 'utf8')) as { seed: number; accuracy: number };
    const { accuracy, ...predictions } = predict(labels, source.graph.classes, kept.accuracy - 0.005, kept.seed + 1);
    await sleep(epochMs);
    return { accuracy, loss: 0.4, predictions, measures: measuresOf(dataset, labels, predictions) };
  },
  inspect: () => {
    const values = { count: 4, mean: 0.5, deviation: 0.1, largest: 1, zeros: 0, broken: 0 };
    return Promise.resolve({ images: 64, layers: [{ id: 'stem', outputs: values }] });
  },
  trainTeacher: async ({ name, title, dataset }, { jobId, folders, report }) => {
    const directory = join(folders.temp, `${jobId}-teacher`);
    const checkpointOf = (epoch: number): string => join(folders.temp, `teacher-${epoch}.safetensors`);
    for (let epoch = 1; epoch <= 3; epoch += 1) {
      if (existsSync(checkpointOf(epoch))) continue;
      report({ type: 'progress', stage: 'training the teacher', done: epoch - 1, total: 3 });
      await sleep(epochMs);
      checkStop();
      const checkpoint = write(checkpointOf(epoch), { epoch });
      const [trainLoss, validationLoss, seconds] = [2 / epoch, 2.1 / epoch, epochMs / 1000];
      const point = { epoch, trainLoss, validationLoss, validationAccuracy: 0.9, learningRate: 0.1, seconds };
      report({ type: 'epoch', point, checkpoint });
    }
    const accuracy = { validation: 0.92, test: 0.91 };
    const card = cardOf(dataset.directory);
    const learned = { id: card.id, title: card.title, trainImages: card.splits.train.count };
    const made = { name, title, dataset: learned, shape: card.shape, classes: card.classes.length, accuracy };
    writeFakeTeacher(directory, { ...made, seconds: 3 });
    return { directory, accuracy };
  },
  importTeacher: async ({ name, source, dataset }, { jobId, folders, report }) => {
    report({ type: 'progress', stage: 'trying ways to show it images', done: 1, total: 1 });
    const directory = join(folders.temp, `${jobId}-teacher`);
    const ports = { inputs: ['"images" float32 [n, 1, 28, 28]'], outputs: ['"logits" float32 [n, 10]'] };
    const card = {
      onnx: () => writeFakeOnnxTeacher(directory, name),
      logits: () => writeFakeLogitsTeacher(directory, name, dataset.known),
      ensemble: () => writeFakeEnsemble(directory, name, membersIn(source)),
      student: () => writeFakeStudentTeacher(directory, name, cardOf(dataset.directory)),
    }[source.kind]();
    await sleep(epochMs);
    checkStop();
    return { directory, card, ...ports, notes: ['It is a fake.'] };
  },
  generator: async ({ course, rows }, { jobId, folders, report }) => {
    const { cells, episodes, seed } = course;
    for (let position = rows.length; position < cells * episodes; position += 1) {
      await sleep(epochMs);
      checkStop();
      const [episode, cell] = [Math.floor(position / cells), position % cells];
      const distance = 40 - (seed + position) * (episode === 1 ? 3 : 1);
      const row = { episode, cell, action: position % 36, score: 2, distance, reward: 0.1, channels: [0.5] };
      if (cell < cells - 1) {
        report({ type: 'cell', row });
        continue;
      }
      const name = `generator-${episode + 1}`;
      const sheet = write(join(folders.temp, `${jobId}-${name}.png`), { position });
      const weights = write(join(folders.temp, `${jobId}-${name}.safetensors`), { position });
      const isBest = episode < 2;
      const file = (suffix: string, { sha256 }: WrittenFile) => ({ file: `${name}${suffix}`, sha256 });
      const kept = isBest && { weights: file('.safetensors', weights) };
      const named = { ...row, sheet: file('.png', sheet), ...kept };
      report({ type: 'cell', row: named, sheet, ...(isBest && { weights }) });
    }
    return { cells: cells * episodes };
  },
  export: () => Promise.reject(new WorkbenchError('internal', 'A fake writes no files for others.')),
  latency: measure,
  backend: () =>
    Promise.resolve({
      backend: 'wasm',
      device: 'cpu (fake)',
      version: '0',
      versions: { Node: '24' },
      threads: 2,
      note: undefined,
      runtime: undefined,
      gflops: { matmul: 1 },
      kernels: undefined,
      training: { student: 'none', kernels: undefined, plain: 1 },
    }),
};

// Sound: the host has checked it.
const cardOf = (directory: string): DatasetCard =>
  JSON.parse(readFileSync(join(directory, 'dataset.json'), 'utf8')) as DatasetCard;

const membersIn = (source: Input<'importTeacher'>['source']): Readonly<Record<string, string>> =>
  source.kind === 'ensemble' ? Object.fromEntries(source.members.map(({ name, directory }) => [name, directory])) : {};

async function run<K extends Faked>(kind: K, order: OrderMessage): Promise<void> {
  const { jobId, folders } = order;
  const input = INPUTS[kind].parse(order.input);
  stopping = false;
  paused = false;
  working = jobId;
  try {
    const output = await RUNS[kind](input, {
      ...{ jobId, folders, held: () => tell(order, { type: 'held' }) },
      report: (report) => tell(order, { type: 'report', report }),
    });
    tell(order, { type: 'done', output });
  } catch (error) {
    if (error instanceof Stopped) return tell(order, { type: 'stopped' });
    if (error instanceof WorkbenchError)
      return tell(order, { type: 'failed', code: error.code, message: error.message });
    // As the real one tells it; anything else is a crash.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    tell(order, { type: 'failed', code: 'disk.full', message: `The disk is full (fake): ${error.message}` });
  }
}

if (process.send !== undefined) {
  if (plan.pidFile !== undefined) appendFileSync(plan.pidFile, `${process.pid}\n`);
  if (plan.dieAtStart) {
    process.stderr.write('fake trainer: no backend here\n');
    process.exit(1);
  }
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => undefined);
  process.on('message', (received) => {
    const message = received as ToTrainer; // our own host's
    if (message.type === 'shutdown') process.exit(0);
    if (message.type === 'order') {
      const { kind } = message;
      if (isKind(kind) && kind !== 'import') void run(kind, message);
      else throw new Error(`no fake does "${kind}"`);
    } else if (message.jobId === working) {
      if (message.type === 'stop') stopping = true;
      else paused = message.type === 'pause';
    }
  });
  send({ type: 'ready' });
}
