/** The card's figures as Markdown; a figure of nothing is left empty. */
import { LATENCY_BATCHES } from '../../src/core/latency.ts';
import { median } from '../../src/core/math/quantile.ts';
import { fraction, table } from '../study/markdown.ts';
import { latencyId, LATENCY_ROUNDS } from './assemble.ts';
import { column, columnAtEpoch, gapOf, mean, pairsOf, seedDeviation, tauOf, variance } from './figures.ts';
import type { Accuracy, Column, Tau } from './figures.ts';
import { CHEAP_EPOCHS, FULL_EPOCHS } from './plan.ts';
import type { Signal, TableTraining } from './plan.ts';
import { progressText } from './progress.ts';
import type { Rows, TrainingRow } from './rows.ts';
import type { TableStudent } from './students.ts';

const SIGNALS: readonly { readonly signal: Signal; readonly title: string }[] = [
  { signal: 'kd', title: 'distilled' },
  { signal: 'none', title: 'labels alone' },
];
const SEEDS = [1, 2, 3];
/** Looks at a full training on its way. */
const EARLY_EPOCHS = [1, 2, 4, 6];

export function summarise(rows: Rows, students: readonly TableStudent[], plan: readonly TableTraining[]): string {
  if (rows.trainings.size === 0) return 'There is nothing to summarise yet.';
  const random = students.filter(({ set }) => set === 'random');
  const failed = [...rows.trainings.values()].filter((row) => row.failed !== undefined);
  return [
    `### Recorded so far\n\n${progressText(rows, plan)}\n\nTrainings that failed: ${failed.length}.`,
    `### Families\n\n${familyTable(rows, students)}`,
    `### Noise between seeds\n\n${noiseTable(rows, students)}`,
    `### Validation and test\n\n${gapTable(rows, students)}`,
    `### Cheap and full trainings\n\n${cheapTable(rows, random)}`,
    `### Short trainings and another seed\n\n${shortTable(rows, students)}`,
    ...(rows.latencies.size > 0 ? [`### Latency\n\n${latencyTable(rows, students)}`] : []),
    `### With and without the teacher\n\n${gainTable(rows, students)}`,
  ].join('\n\n');
}

function familyTable(rows: Rows, students: readonly TableStudent[]): string {
  const families = Map.groupBy(students, ({ family }) => family);
  const body = [...families].map(([family, members]) => {
    const trained = [...rows.trainings.values()].filter((row) => row.family === family && row.epochs === FULL_EPOCHS);
    const seconds = trained.flatMap(({ cpuSeconds }) => (cpuSeconds === undefined ? [] : [cpuSeconds]));
    const accuracies = column(rows, 'kd', 'testAccuracy');
    const known = members.map(accuracies).filter((value) => value !== undefined);
    const params = members.map((student) => student.params);
    return [
      ...[family, String(members.length), `${Math.min(...params)} to ${Math.max(...params)}`, String(known.length)],
      ...[fraction(mean(known)), known.length > 0 ? fraction(Math.max(...known)) : ''],
      ...[digits(mean(seconds), 1), seconds.length > 0 ? digits(Math.max(...seconds), 1) : ''],
    ];
  });
  const header = ['family', 'students', 'params', 'distilled', 'mean test accuracy', 'best', 'CPU s, mean', 'most'];
  return table(header, body);
}

function noiseTable(rows: Rows, students: readonly TableStudent[]): string {
  const body = SIGNALS.flatMap(({ signal, title }) =>
    (['validationAccuracy', 'testAccuracy'] as const).map((accuracy) => {
      const columns = SEEDS.map((seed) => column(rows, signal, accuracy, seed));
      const three = students.filter((student) => columns.every((one) => one(student) !== undefined));
      const { deviation, count } = seedDeviation(three, columns);
      const spread = Math.sqrt(variance(three.map((student) => columns[0]?.(student) ?? NaN)));
      return [
        ...[title, accuracyTitle(accuracy), String(count), points(deviation), points(spread)],
        ...[seedTau(rows, three, signal, accuracy), seedTau(rows, students, signal, accuracy)],
      ];
    }),
  );
  const header = [
    '',
    'accuracy of',
    'students',
    'between seeds',
    'between students',
    'tau of seeds',
    'of all with two',
  ];
  const note =
    'Deviations in points, of students with three seeds; tau: mean over pairs of seeds, which no ranking by one seed ' +
    'can be expected to pass against another.';
  return `${note}\n\n${table(header, body)}`;
}

/** Mean tau over the pairs of seeds of which both are there. */
function seedTau(rows: Rows, students: readonly TableStudent[], signal: Signal, accuracy: Accuracy): string {
  const taus = SEEDS.flatMap((left) =>
    SEEDS.filter((right) => right > left).map((right) =>
      tauOf(students, column(rows, signal, accuracy, left), column(rows, signal, accuracy, right)),
    ),
  ).filter(({ tau }) => Number.isFinite(tau));
  const counts = taus.map(({ count }) => count);
  return taus.length === 0 ? '' : `${digits(mean(taus.map(({ tau }) => tau)), 3)} (${range(counts)} students)`;
}

function gapTable(rows: Rows, students: readonly TableStudent[]): string {
  const body = SIGNALS.map(({ signal, title }) => {
    const full = (row: TrainingRow): boolean => row.signal === signal && row.epochs === FULL_EPOCHS;
    const { mean: gap, deviation, count } = gapOf([...rows.trainings.values()].filter(full));
    const same = tauOf(students, column(rows, signal, 'validationAccuracy'), column(rows, signal, 'testAccuracy'));
    const other = tauOf(students, column(rows, signal, 'validationAccuracy'), column(rows, signal, 'testAccuracy', 2));
    return [title, String(count), points(gap), points(deviation), tauText(same), tauText(other)];
  });
  const header = ['', 'trainings', 'mean gap', 'deviation', 'tau with test, same seed', 'tau with test, seed 2'];
  return `Validation minus test accuracy, in points.\n\n${table(header, body)}`;
}

function cheapTable(rows: Rows, random: readonly TableStudent[]): string {
  const cheap: readonly (readonly [string, (signal: Signal) => Column])[] = [
    [`own schedule of ${CHEAP_EPOCHS} epochs`, (signal) => column(rows, signal, 'validationAccuracy', 1, CHEAP_EPOCHS)],
    ...EARLY_EPOCHS.map((epoch) => {
      return [`epoch ${epoch} of ${FULL_EPOCHS}`, (signal: Signal) => columnAtEpoch(rows, signal, epoch)] as const;
    }),
    [`all ${FULL_EPOCHS} epochs`, (signal) => column(rows, signal, 'validationAccuracy')],
  ];
  // The same students in every cell, so that cells compare.
  const columns = SIGNALS.flatMap(({ signal }) => [
    ...cheap.map(([, of]) => of(signal)),
    column(rows, signal, 'testAccuracy'),
  ]);
  const both = random.filter((student) => columns.every((one) => one(student) !== undefined));
  const shared = both.length > 1 ? both : [];
  const body = cheap.map(([name, of]) => [
    name,
    ...SIGNALS.flatMap(({ signal: target }) =>
      SIGNALS.map(({ signal }) => digits(tauOf(shared, of(signal), column(rows, target, 'testAccuracy')).tau, 3)),
    ),
  ]);
  const header = [
    'validation accuracy after',
    ...SIGNALS.flatMap(({ title: target }) => SIGNALS.map(({ title }) => `${title}, for ${target}`)),
  ];
  const note =
    `Kendall's tau with the test accuracy of the full training, ${shared.length} random students, seed 1. ` +
    'Epochs of the ' +
    'full training are that very training on its way; the short schedule shares its start and order of images.';
  return `${note}\n\n${table(header, body)}`;
}

/** What a search with short trainings is told, against what its choice is scored by: the full
 * training of another seed, which shares no luck with it. */
function shortTable(rows: Rows, students: readonly TableStudent[]): string {
  const short: readonly (readonly [string, number, (seed: number) => Column])[] = [
    [
      `own schedule of ${CHEAP_EPOCHS} epochs`,
      CHEAP_EPOCHS,
      (seed) => column(rows, 'kd', 'validationAccuracy', seed, CHEAP_EPOCHS),
    ],
    ...Array.from({ length: FULL_EPOCHS }, (_, index) => index + 1).map((epoch) => {
      const told = (seed: number): Column => columnAtEpoch(rows, 'kd', epoch, seed);
      return [`epoch ${epoch} of ${FULL_EPOCHS}`, epoch, told] as const;
    }),
  ];
  const body = short.map(([name, epochs, told]) => {
    const tau = (seed: number, other: number): Tau =>
      tauOf(students, told(seed), column(rows, 'kd', 'testAccuracy', other));
    return [name, String(epochs), tauText(tau(1, 2)), tauText(tau(2, 1))];
  });
  const header = ['validation accuracy after', 'epochs', 'of seed 1 for seed 2', 'of seed 2 for seed 1'];
  const note = "Kendall's tau with the test accuracy of the other seed's full training, distilled (students).";
  return `${note}\n\n${table(header, body)}`;
}

/** Of the pass' two rounds: what a single timing is worth. */
function latencyTable(rows: Rows, students: readonly TableStudent[]): string {
  const body = LATENCY_BATCHES.map((batch) => {
    const [first, second] = LATENCY_ROUNDS.map((round): Column => {
      return ({ id }) => rows.latencies.get(latencyId(round, id))?.timings.find((one) => one.batch === batch)?.medianMs;
    });
    if (first === undefined || second === undefined) return [];
    const pairs = pairsOf(students, first, second);
    const differences = pairs.map(([a, b]) => Math.abs(a - b) / Math.min(a, b));
    const times = pairs.flat();
    const span = times.length > 0 ? `${digits(Math.min(...times), 3)} to ${digits(Math.max(...times), 3)}` : '';
    return [
      ...[String(batch), String(pairs.length), span, points(median(differences))],
      tauText(tauOf(students, first, second)),
    ];
  });
  const header = ['images', 'students timed twice', 'ms', 'median difference, %', 'tau of the rounds'];
  return table(header, body);
}

function gainTable(rows: Rows, students: readonly TableStudent[]): string {
  const [kd, none] = [column(rows, 'kd', 'testAccuracy'), column(rows, 'none', 'testAccuracy')];
  const rowFor = (name: string, members: readonly TableStudent[]): readonly string[] => {
    const gains = pairsOf(members, kd, none).map(([with_, without]) => with_ - without);
    const error = Math.sqrt(variance(gains) / gains.length);
    const gain = Number.isFinite(error) ? `${points(mean(gains))} ± ${points(error)}` : points(mean(gains));
    const share = gains.length > 0 ? digits(gains.filter((value) => value > 0).length / gains.length, 2) : '';
    return [name, String(gains.length), gain, share, tauText(tauOf(members, kd, none))];
  };
  const families = Map.groupBy(students, ({ family }) => family);
  const random = students.filter(({ set }) => set === 'random');
  const body = [
    ...[...families].map(([family, members]) => rowFor(family, members)),
    rowFor('random students', random),
    rowFor('all', students),
  ];
  const header = ['', 'students', 'gain (points)', 'share that gains', 'tau of both rankings'];
  return (
    'Test accuracy distilled minus by labels alone, paired by student, seed 1, ± s.e. over ' +
    `students.\n\n${table(header, body)}`
  );
}

const accuracyTitle = (accuracy: Accuracy): string => (accuracy === 'testAccuracy' ? 'test' : 'validation');
const digits = (value: number, count: number): string => (Number.isFinite(value) ? value.toFixed(count) : '');
const points = (share: number): string => digits(100 * share, 2);
const tauText = ({ tau, count }: Tau): string => (Number.isFinite(tau) ? `${tau.toFixed(3)} (${count})` : '');

function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least} to ${most}`;
}
