/** Students of the recorded table, built by soft actor-critic and by AKD's policy gradient: the
 * same reward, the same decisions, off-policy against on-policy. */
import { pairedBootstrap } from '../../../src/core/math/paired-bootstrap.ts';
import { replay } from '../../../src/core/strategies/replay.ts';
import type { RecordedTable } from '../../../src/core/strategies/recorded-table.ts';

/** Fixed before anything was played. */
export const STUDENTS = { budget: 100, seeds: 20, builders: ['sac', 'akd'] } as const;

export type Builder = (typeof STUDENTS.builders)[number];

export interface StudentRow {
  readonly id: string;
  readonly kind: 'students';
  readonly builder: Builder;
  readonly seed: number;
  /** Share of the table's hypervolume after each training, `[budget]`. */
  readonly hypervolume: readonly number[];
  /** Best validation accuracy in the end. */
  readonly best: number;
}

export const studentOrders = (seeds: number) =>
  Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    STUDENTS.builders.map((builder) => ({ id: `students/${builder}/${seed}`, builder, seed })),
  );

export function playStudents(table: RecordedTable, order: ReturnType<typeof studentOrders>[number]): StudentRow {
  const { budget } = STUDENTS;
  const { hypervolume, best } = replay(table, {
    ...{ strategy: order.builder, seed: order.seed, budget, noLegs: true },
    now: () => 0,
  });
  const rounded = hypervolume.map((share) => Number(share.toFixed(5)));
  return { ...order, kind: 'students', hypervolume: rounded, best: best.at(-1) ?? NaN };
}

/** Of one builder, by seed. */
export interface BuilderFigures {
  readonly hypervolume: readonly number[];
  readonly best: readonly number[];
}

export interface StudentFigures {
  readonly sac: BuilderFigures;
  readonly akd: BuilderFigures;
  /** Hypervolume of `sac` minus that of `akd` after all trainings, mean over pairs of one seed,
   * with the bounds of its 95 % bootstrap interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** Of the seeds that both have played; `undefined` without any. */
export function studentFigures(rows: readonly StudentRow[]): StudentFigures | undefined {
  const of = (builder: Builder) => new Map(rows.flatMap((row) => (row.builder === builder ? [[row.seed, row]] : [])));
  const [sac, akd] = [of('sac'), of('akd')];
  const pairs = [...sac.values()]
    .sort((a, b) => a.seed - b.seed)
    .flatMap((own) => {
      const other = akd.get(own.seed);
      return other ? [{ sac: own, akd: other }] : [];
    });
  if (pairs.length === 0) return undefined;
  const last = ({ hypervolume }: StudentRow): number => hypervolume.at(-1) ?? NaN;
  const figures = (builder: Builder): BuilderFigures => ({
    hypervolume: pairs.map((pair) => last(pair[builder])),
    best: pairs.map((pair) => pair[builder].best),
  });
  const { mean, lower, upper } = pairedBootstrap(pairs.map((pair) => last(pair.sac) - last(pair.akd)));
  return { sac: figures('sac'), akd: figures('akd'), difference: mean, low: lower, high: upper };
}
