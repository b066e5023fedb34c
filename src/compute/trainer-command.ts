/** Checks messages to a trainer process: what is not a command is refused in words, never
 * believed. */
import { DISTILLATION_DEFAULTS } from '../core/distill/distillation-recipe.ts';
import { LATENCY_BATCHES, LATENCY_ENGINES } from '../core/latency.ts';
import { isTeacherSources, readRecordedDataset } from '../core/sources.ts';
import type { TrainerCommand } from './protocol.ts';

export interface CheckedCommand {
  readonly command?: TrainerCommand;
  readonly problem?: string;
  /** Of a refused message that names a job, so that its sender can be told. */
  readonly jobId?: string;
  readonly fence?: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length > 0;
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0; // a number after the first test
const flag: Check = (value) => typeof value === 'boolean';
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string); // any value may be looked for
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const record =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isFields(value) && Object.entries(checks).every(([name, check]) => check(value[name]));

const graph = record({
  family: text,
  inputShape: Array.isArray,
  classes: count,
  layers: (layers) =>
    Array.isArray(layers) &&
    layers.every(record({ id: text, layer: record({ op: text }), inputs: (inputs) => Array.isArray(inputs) })),
});
/** Each loss with its own numbers. */
const DISTILLATIONS = Object.values(DISTILLATION_DEFAULTS).map(({ loss, ...numbers }) =>
  record({ loss: oneOf(loss), ...Object.fromEntries(Object.keys(numbers).map((name) => [name, number])) }),
);
const recipe = record({
  epochs: count,
  batchSize: count,
  optimizer: oneOf('sgd', 'adamw'),
  learningRate: number,
  seconds: optional(number),
  warmupEpochs: number,
  schedule: oneOf('cosine', 'step', 'constant'),
  milestones: (shares) => Array.isArray(shares) && shares.every(number),
  decayFactor: number,
  momentum: number,
  weightDecay: number,
  clipNorm: number,
  emaDecay: number,
  labelSmoothing: number,
  augmentation: record({
    flip: flag,
    shift: (shift) => shift === 0 || count(shift),
    cutout: (side) => side === 0 || count(side),
    mixup: number,
  }),
  distillation: (value) => DISTILLATIONS.some((check) => check(value)),
});
/** It becomes part of file names. */
const jobId: Check = (value) => typeof value === 'string' && /^[\w-][\w.-]{0,199}$/.test(value);
const job = { jobId, fence: text };
const teacherRef = {
  directory: text,
  known: optional((known) => isTeacherSources(known) && record({ at: text })(known)),
};
const folder = record(teacherRef);
const dataset = record({
  directory: text,
  trainImages: optional(count),
  known: optional((known) => readRecordedDataset(known) !== undefined),
});

/** A trained network. */
const source: Check = (value) =>
  record({ kind: oneOf('student'), graph, checkpoint: text, sha256: text })(value) ||
  record({ kind: oneOf('teacher'), ...teacherRef })(value);

const JOBS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  train: {
    ...job,
    graph,
    dataset,
    teacher: optional(folder),
    cacheDir: text,
    recipe,
    until: optional(count),
    checkpoints: record({ precision: oneOf('fp32', 'fp16'), keep: oneOf('best-and-last', 'last', 'front') }),
    seed: (seed) => Number.isSafeInteger(seed),
    tempDir: text,
    resumeFrom: optional(text),
  },
  evaluate: { ...job, graph, dataset, checkpoint: text, sha256: text, split: oneOf('validation', 'test') },
  teacher: { ...job, dataset, teacher: folder },
  trainTeacher: {
    ...job,
    dataset,
    name: text,
    title: text,
    recipe: optional(recipe),
    seed: (seed) => Number.isSafeInteger(seed),
    date: text,
    tempDir: text,
  },
  inspect: { ...job, source, dataset },
  export: {
    ...job,
    source,
    dataset,
    format: oneOf('onnx', 'json'),
    precision: oneOf('fp32', 'fp16'),
    card: record({ title: text, producerVersion: text, properties: isFields }),
    tempDir: text,
  },
  backend: job,
  importDataset: {
    ...job,
    path: text,
    source: text,
    name: text,
    title: text,
    licence: optional(text),
    options: record({
      kind: optional(oneOf('idx', 'cifar10', 'cifar100', 'folder')),
      side: optional(count),
      fit: oneOf('letterbox', 'crop', 'stretch'),
      gray: flag,
      coarse: flag,
      shares: record({ val: number, test: number }),
      seed: (seed) => Number.isSafeInteger(seed),
    }),
    date: text,
    tempDir: text,
  },
  latency: {
    ...job,
    graph,
    engines: listOf(oneOf(...LATENCY_ENGINES)),
    batches: listOf((batch) => LATENCY_BATCHES.some((known) => known === batch)),
  },
};

export function checkCommand(message: unknown): CheckedCommand {
  if (!isFields(message)) return { problem: 'it is not an object' };
  const { type } = message;
  if (type === 'shutdown') return { command: { type } };
  if (type === 'pause' || type === 'resume' || type === 'stop') {
    return typeof message['jobId'] === 'string'
      ? { command: { type, jobId: message['jobId'] } }
      : { problem: `"${type}" names no job` };
  }
  const checks = typeof type === 'string' && Object.hasOwn(JOBS, type) ? JOBS[type] : undefined;
  const fields = isFields(message['job']) ? message['job'] : {};
  const origin = {
    ...(typeof fields['jobId'] === 'string' ? { jobId: fields['jobId'] } : {}),
    ...(typeof fields['fence'] === 'string' ? { fence: fields['fence'] } : {}),
  };
  if (checks === undefined) return { problem: `it has the unknown type ${JSON.stringify(type)}`, ...origin };
  const wrong = Object.entries(checks).find(([name, check]) => !check(fields[name]));
  if (wrong) return { problem: `"${String(type)}" has a missing or wrong "${wrong[0]}"`, ...origin };
  // Sound: every field that the type promises was checked above; the graph's ops are checked where
  // it is built.
  return { command: message as unknown as TrainerCommand };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
