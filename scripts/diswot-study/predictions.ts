/** What scores are worth to the global process: fitted to some random students, how well it
 * predicts all others, with costs as a search has them, params and MACs. */
import { createRng, split } from '../../src/core/math/rng.ts';
import { createTableProblem } from '../../src/core/strategies/replay.ts';
import { fitWithPrior, withoutPrior } from '../../src/core/strategies/trade/transfer.ts';
import { logScore } from '../../src/core/surrogate/calibration.ts';
import { createEncoding, encode } from '../../src/core/surrogate/encoding.ts';
import type { Point } from '../../src/core/surrogate/encoding.ts';
import { fitHyperparameters } from '../../src/core/surrogate/fit.ts';
import { createGp, leaveOneOut, posterior } from '../../src/core/surrogate/gp.ts';
import type { Model } from '../../src/core/surrogate/gp.ts';
import { createLayout } from '../../src/core/surrogate/hyperparameters.ts';
import { createStandardiser, toOutput } from '../../src/core/surrogate/standardise.ts';
import { kendallTau } from '../record-table/kendall-tau.ts';
import { mean } from '../record-table/figures.ts';
import { table } from '../study/markdown.ts';
import { gain } from './gain.ts';
import { standardised } from './ranks.ts';
import { BEST, SHORT } from './task.ts';
import type { Task, TaskStudent } from './task.ts';

const COUNTS = [10, 24, 50];
const EVALUATIONS = 40;
const STREAM = 99;

interface Arm {
  readonly title: string;
  readonly model: Model;
  readonly points: readonly Point[];
  /** m(x) of an earlier task, of each student. */
  readonly earlier?: readonly number[];
}

/** Nats a student, and tau with the other seed's test. */
interface Worth {
  readonly leftOut: number;
  readonly unseen: number;
  readonly tau: number;
}

export function predictionTable(task: Task, draws: number): string {
  const arms = armsOf(task);
  const body = COUNTS.flatMap((count) => {
    const worths = arms.map((arm) =>
      Array.from({ length: draws }, (_, draw) => {
        const order = createRng(split(STREAM, draw)).shuffle(task.students.map((_, place) => place));
        return worthOf(arm, task.students, order.slice(0, count), order.slice(count));
      }),
    );
    return arms.map(({ title }, arm) => {
      const cell = (key: keyof Worth): string => {
        const own = worths[arm]?.map((worth) => worth[key]) ?? [];
        return arm === 0
          ? mean(own).toFixed(2)
          : gain(own.map((value, draw) => value - (worths[0]?.[draw]?.[key] ?? NaN)));
      };
      return [String(count), title, cell('leftOut'), cell('unseen'), cell('tau')];
    });
  });
  return table(['told', 'known of all', 'left out, nats', 'unseen, nats', 'tau'], body);
}

function armsOf({ table: recorded, students }: Task): readonly Arm[] {
  const { problem } = createTableProblem(recorded, { seed: 1, budget: 1 });
  const arm = (title: string, feature?: string, earlier?: string): Arm => {
    const valuesOf = (name: string): readonly number[] =>
      standardised(students.map(({ scores }) => scores[name] ?? NaN));
    const values = feature === undefined ? [] : valuesOf(feature);
    const sample = students.map(({ candidate, params, macs }, place) => {
      return { candidate, costs: { params, macs, ...(feature !== undefined && { proxy: values[place] ?? NaN }) } };
    });
    const encoding = createEncoding(
      problem.space,
      ['params', 'macs', ...(feature === undefined ? [] : ['proxy'])],
      sample,
    );
    return {
      ...{ title, model: { encoding, layout: createLayout(encoding) } },
      points: sample.map((one) => encode(encoding, one)),
      ...(earlier !== undefined && { earlier: valuesOf(earlier) }),
    };
  };
  const hasShort = students.every(({ scores }) => Number.isFinite(scores[SHORT]));
  return [
    arm('params and MACs'),
    arm('+ score as a feature', BEST),
    arm('+ score as an earlier task', undefined, BEST),
    ...(hasShort ? [arm('+ two epochs as an earlier task', undefined, SHORT)] : []),
  ];
}

function worthOf(
  { model, points, earlier }: Arm,
  students: readonly TaskStudent[],
  told: readonly number[],
  unseen: readonly number[],
): Worth {
  const valueOf = (place: number): number => students[place]?.metrics['accuracy'] ?? NaN;
  const scale = createStandardiser(told.map(valueOf));
  const y = Float64Array.from(told, (place) => toOutput(scale, valueOf(place)));
  const at = told.map((place) => points[place]!);
  const m = earlier && Float64Array.from(told, (place) => earlier[place]!);
  const { theta, weight } = m
    ? fitWithPrior(model, at, y, m, undefined, EVALUATIONS)
    : { theta: fitHyperparameters(model, at, y, undefined, EVALUATIONS), weight: 0 };
  const gp = createGp(model, theta, at, m ? withoutPrior(y, m, weight) : y);
  const leftOut = leaveOneOut(gp).map(({ mean, variance }, i) =>
    logScore({ mean, deviation: Math.sqrt(variance), outcome: gp.y[i]! }),
  );
  const predicted = unseen.map((place) => {
    const { mean, variance } = posterior(gp, points[place]!);
    return { mean: mean + weight * (earlier?.[place] ?? 0), deviation: Math.sqrt(variance + gp.terms.noise) };
  });
  const scores = predicted.map((one, i) => logScore({ ...one, outcome: toOutput(scale, valueOf(unseen[i]!)) }));
  return {
    leftOut: mean(leftOut),
    unseen: mean(scores),
    tau: kendallTau(
      predicted.map(({ mean }) => mean),
      unseen.map((place) => students[place]?.testAccuracy ?? NaN),
    ),
  };
}
