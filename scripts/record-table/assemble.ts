/** From rows to a table in replay form (`core/strategies/recorded-table.ts`), with more metrics
 * than a search needs. */
import { median } from '../../src/core/math/quantile.ts';
import type { Family, Dimension, Configuration, Level } from '../../src/core/space/space.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { CHEAP_EPOCHS, FULL_EPOCHS, STAGES, trainingId } from './plan.ts';
import type { Signal, Stage, TableTraining } from './plan.ts';
import { waitingTrainings } from './progress.ts';
import type { LatencyRow, Rows, TrainingRow } from './rows.ts';
import { tableFamily } from './students.ts';
import type { FamilyOf, TableStudent } from './students.ts';

/** A column: its name, and a student's value. */
export type Metric = readonly [name: string, value: (student: TableStudent, rows: Rows) => number | undefined];

const EPOCHS = Array.from({ length: FULL_EPOCHS }, (_, index) => index + 1);
const SEEDS = [1, 2, 3];
/** Accuracy 0.5 and a tenth more than the largest student, as for a search (decision 11). */
const REFERENCE_ACCURACY = 0.5;
const REFERENCE_PARAMS_FACTOR = 1.1;
export const LATENCY_ROUNDS = [1, 2];

const trainingOf = (rows: Rows, student: TableStudent, signal: Signal, seed = 1, epochs = FULL_EPOCHS) =>
  rows.trainings.get(trainingId(signal, seed, epochs, student.id));

export const latencyId = (round: number, student: string): string => `latency/${round}/${student}`;

/** Median of the rounds' medians; of the engine that deploys students. */
function latencyOf(rows: Rows, student: TableStudent, batch: number, which: 'medianMs' | 'p90Ms'): number | undefined {
  const measured = LATENCY_ROUNDS.map((round) => rows.latencies.get(latencyId(round, student.id)))
    .flatMap((row): LatencyRow['timings'] => row?.timings ?? [])
    .filter((timing) => timing.batch === batch && timing.engine === 'onnxruntime')
    .map((timing) => timing[which]);
  return measured.length > 0 ? median(measured) : undefined;
}

/** Validation and test accuracy under names as `accuracySeed2`, `plainTestAccuracy`. */
function accuracies(prefix: '' | 'plain' | 'cheap' | 'plainCheap', signal: Signal, seed: number, epochs = FULL_EPOCHS) {
  const suffix = seed === 1 ? '' : `Seed${seed}`;
  const nameOf = (name: string): string => `${prefix === '' ? name : prefix + capital(name)}${suffix}`;
  const of = (key: 'validationAccuracy' | 'testAccuracy'): Metric[1] => {
    return (student, rows) => trainingOf(rows, student, signal, seed, epochs)?.[key];
  };
  return [
    [nameOf('accuracy'), of('validationAccuracy')],
    [nameOf('testAccuracy'), of('testAccuracy')],
  ] satisfies Metric[];
}

function curves(prefix: 'accuracy' | 'plainAccuracy', signal: Signal, seed = 1): readonly Metric[] {
  const suffix = seed === 1 ? '' : `Seed${seed}`;
  return EPOCHS.map((epoch): Metric => {
    const at = ({ curve }: TrainingRow) => curve?.validationAccuracy[epoch - 1];
    return [
      `${prefix}Epoch${epoch}${suffix}`,
      (student, rows) => {
        const row = trainingOf(rows, student, signal, seed);
        return row && at(row);
      },
    ];
  });
}

/** `plain`: labels alone; `cheap`: on a schedule of 2 epochs; without a seed: seed 1.
 * `docs/table.md` explains them. */
export const METRICS: readonly Metric[] = [
  ['accuracy', (student, rows) => trainingOf(rows, student, 'kd')?.validationAccuracy],
  ['params', ({ params }) => params],
  ['macs', ({ macs }) => macs],
  ['testAccuracy', (student, rows) => trainingOf(rows, student, 'kd')?.testAccuracy],
  ...SEEDS.slice(1).flatMap((seed) => accuracies('', 'kd', seed)),
  ...SEEDS.flatMap((seed) => accuracies('plain', 'none', seed)),
  ...accuracies('cheap', 'kd', 1, CHEAP_EPOCHS),
  ...accuracies('plainCheap', 'none', 1, CHEAP_EPOCHS),
  ...curves('accuracy', 'kd'),
  ...curves('plainAccuracy', 'none'),
  ['cpuSeconds', (student, rows) => trainingOf(rows, student, 'kd')?.cpuSeconds],
  ['latencyMs', (student, rows) => latencyOf(rows, student, 1, 'medianMs')],
  ['latencyP90Ms', (student, rows) => latencyOf(rows, student, 1, 'p90Ms')],
  ['latencyBatch32Ms', (student, rows) => latencyOf(rows, student, 32, 'medianMs')],
  ['lattice', ({ set }) => Number(set === 'lattice')],
  ['referenceScale', ({ scale }) => scale],
  // What came later stands last: rows of an earlier table are beginnings of today's.
  ...accuracies('cheap', 'kd', 2, CHEAP_EPOCHS),
  ...curves('accuracy', 'kd', 2),
];

/** A short training that the table can answer for, as replays read it. */
export interface TableLeg {
  readonly epochs: number;
  /** `own`: a whole schedule of so many epochs; `part`: the full training on its way. */
  readonly schedule: 'own' | 'part';
  /** Validation accuracy that it is told; of the first seed, as the objective is. */
  readonly metric: string;
}

/** What tells one table from another, beside its students and rows. */
export interface TableKind {
  readonly name: string;
  /** Path of what explains it. */
  readonly card: string;
  readonly metrics: readonly Metric[];
}

export const FASHION_KD: TableKind = { name: 'fashion-kd', card: 'docs/table.md', metrics: METRICS };

/** Both seeds of each cell, with their curves. */
export const FASHION_CELLS: TableKind = {
  ...{ name: 'fashion-cells', card: 'docs/cells-table.md' },
  metrics: [
    ...METRICS.slice(0, 4),
    ...accuracies('', 'kd', 2),
    ...curves('accuracy', 'kd'),
    ...curves('accuracy', 'kd', 2),
    ...METRICS.filter(([name]) => name === 'cpuSeconds'),
  ],
};

const LEGS: readonly TableLeg[] = [
  { epochs: CHEAP_EPOCHS, schedule: 'own', metric: 'cheapAccuracy' },
  ...EPOCHS.filter((epochs) => epochs < FULL_EPOCHS).map((epochs): TableLeg => {
    return { epochs, schedule: 'part', metric: `accuracyEpoch${epochs}` };
  }),
];

export interface AssembledTable {
  readonly format: 'trade-replay/1';
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  readonly metrics: readonly string[];
  readonly objectives: readonly { readonly metric: string; readonly goal: string; readonly known?: true }[];
  readonly reference: Readonly<Record<string, number>>;
  readonly complete: false;
  /** Of a full training. */
  readonly epochs: number;
  readonly legs: readonly TableLeg[];
  /** Trainings that the plan has and the rows lack, by stage. */
  readonly missing: Readonly<Record<Stage, number>>;
  readonly families: readonly {
    readonly name: string;
    readonly parameters: readonly { readonly name: string; readonly type: string; readonly values: readonly Level[] }[];
    readonly rows: readonly (readonly (Level | 'NaN')[])[];
  }[];
}

/** Students in the order of `students`; one without its first training is not a row yet. */
export function assemble(
  rows: Rows,
  students: readonly TableStudent[],
  plan: readonly TableTraining[],
  { familyOf = tableFamily, kind = FASHION_KD }: { readonly familyOf?: FamilyOf; readonly kind?: TableKind } = {},
): AssembledTable {
  const trained = students.filter((student) => trainingOf(rows, student, 'kd') !== undefined);
  const families = Map.groupBy(trained, ({ family }) => family);
  const recorded = `${trained.length} of ${students.length} students`;
  return {
    format: 'trade-replay/1',
    name: kind.name,
    source:
      `Students distilled for ${FULL_EPOCHS} epochs on the bundled part of Fashion-MNIST by the bundled ResNet-14: ` +
      `${recorded}. Recorded by scripts/record-table.ts; ${kind.card} is its card.`,
    licence: 'MIT',
    metrics: kind.metrics.map(([name]) => name),
    objectives: [
      { metric: 'accuracy', goal: 'maximize' },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    reference: {
      accuracy: REFERENCE_ACCURACY,
      params: Math.round(REFERENCE_PARAMS_FACTOR * Math.max(...students.map(({ params }) => params))),
    },
    complete: false,
    epochs: FULL_EPOCHS,
    legs: recordedLegs(rows, trained, kind.metrics),
    missing: missingTrainings(rows, plan),
    families: [...families].map(([name, members]) => {
      const family = familyOf(name);
      return {
        name,
        parameters: family.dimensions.map((dimension) => {
          return { name: dimension.name, type: dimension.type, values: valuesOf(family, dimension) };
        }),
        rows: members.map((student) => [
          ...levelsOf(family, student.config),
          ...kind.metrics.map(([, value]) => value(student, rows) ?? ('NaN' as const)),
        ]),
      };
    }),
  };
}

/**
 * Those that every student has whose full training came to its end: a strategy that asks for one
 * must be told a number, and half a column would pass for students that failed.
 */
function recordedLegs(rows: Rows, students: readonly TableStudent[], metrics: readonly Metric[]): readonly TableLeg[] {
  const whole = students.filter((student) => trainingOf(rows, student, 'kd')?.validationAccuracy !== undefined);
  return LEGS.filter(({ metric }) => {
    const value = metrics.find(([name]) => name === metric)?.[1];
    return whole.length > 0 && whole.every((student) => value?.(student, rows) !== undefined);
  });
}

export function missingTrainings(rows: Rows, plan: readonly TableTraining[]): AssembledTable['missing'] {
  const count = (stage: Stage): number => waitingTrainings(plan, rows, [stage]).length;
  // Sound: the entries are one for each stage.
  return Object.fromEntries(STAGES.map((stage) => [stage, count(stage)])) as Record<Stage, number>;
}

/**
 * The form knows no dimension that may be absent: such a one has a level 0 below the others, which
 * the builders' own canonical form leaves out again.
 */
const ABSENT = 0;

function valuesOf(family: Family, dimension: Dimension): readonly Level[] {
  const { name, type, levels, activeWhen } = dimension;
  if (activeWhen === undefined) return levels;
  if (type === 'ordinal' && levels.every((level) => Number(level) > ABSENT)) return [ABSENT, ...levels];
  throw new WorkbenchError('internal', `${family.name}.${name} may be absent, and 0 is no level below its others.`);
}

function levelsOf(family: Family, config: Configuration): readonly Level[] {
  return family.dimensions.map(({ name }) => config[name] ?? ABSENT);
}

/** A row a line, so that a table that has grown differs in its new lines alone. */
export function tableText({ families, ...rest }: AssembledTable): string {
  const head = JSON.stringify(rest).slice(0, -1);
  const texts = families.map(({ name, parameters, rows }) => {
    const lines = rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n');
    return `{"name":${JSON.stringify(name)},"parameters":${JSON.stringify(parameters)},"rows":[\n${lines}\n]}`;
  });
  return `${head},\n"families":[\n${texts.join(',\n')}\n]}\n`;
}

function capital(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
