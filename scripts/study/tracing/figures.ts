/** What the study of knowledge tracing came to. */
import { fraction, table } from '../markdown.ts';
import { meanInterval } from '../statistics.ts';
import type { Interval } from '../statistics.ts';
import { MODALITIES, NOISE } from './plan.ts';
import type { TracingRow } from './record.ts';

export interface TracingFigures {
  /** Absent where nothing is recorded. */
  readonly simulated?: {
    readonly seeds: number;
    /** Seeds whose found student reads no noise. */
    readonly noiseDropped: number;
    /** Of the test, means over seeds; `bestSingle`: of modalities alone, `best`: the model's. */
    readonly weightedAuc: Readonly<Record<'found' | 'plain' | 'bestSingle' | 'best', Interval>>;
    /** Paired by seed. */
    readonly foundMinusBestSingle: Interval;
    readonly foundMinusPlain: Interval;
  };
  readonly assist2009?: {
    readonly folds: number;
    /** Of the test. */
    readonly auc: Readonly<Record<'found' | 'plain', Interval>>;
    readonly foundMinusPlain: Interval;
    /** By fold, on the answers of validation. */
    readonly mcNemar: readonly TracingRow['mcNemar'][];
  };
}

const bestSingle = (row: TracingRow): number =>
  Math.max(...Object.values(row.alone ?? {}).map(({ test }) => test.weightedAuc));

export function figuresOf(rows: readonly TracingRow[]): TracingFigures {
  const [simulated, assist] = (['simulated', 'assist2009'] as const).map((set) =>
    rows.filter((row) => row.set === set),
  );
  const [pupils, folds] = [simulatedFigures(simulated ?? []), assistFigures(assist ?? [])];
  return { ...(pupils && { simulated: pupils }), ...(folds && { assist2009: folds }) };
}

function simulatedFigures(rows: readonly TracingRow[]): TracingFigures['simulated'] {
  if (rows.length === 0) return undefined;
  const mean = (of: (row: TracingRow) => number): Interval => meanInterval(rows.map(of));
  return {
    seeds: rows.length,
    noiseDropped: rows.filter(({ found }) => found.dropped.includes(NOISE)).length,
    weightedAuc: {
      found: mean(({ found }) => found.test.weightedAuc),
      plain: mean(({ plain }) => plain.test.weightedAuc),
      bestSingle: mean(bestSingle),
      best: mean(({ best }) => best?.weightedAuc ?? NaN),
    },
    foundMinusBestSingle: mean((row) => row.found.test.weightedAuc - bestSingle(row)),
    foundMinusPlain: mean(({ found, plain }) => found.test.weightedAuc - plain.test.weightedAuc),
  };
}

function assistFigures(rows: readonly TracingRow[]): TracingFigures['assist2009'] {
  if (rows.length === 0) return undefined;
  const mean = (of: (row: TracingRow) => number): Interval => meanInterval(rows.map(of));
  return {
    folds: rows.length,
    auc: { found: mean(({ found }) => found.test.auc), plain: mean(({ plain }) => plain.test.auc) },
    foundMinusPlain: mean(({ found, plain }) => found.test.auc - plain.test.auc),
    mcNemar: rows.map(({ mcNemar }) => mcNemar),
  };
}

/** A row a unit. */
export function tracingText(rows: readonly TracingRow[]): string {
  const simulated = rows.filter(({ set }) => set === 'simulated');
  const assist = rows.filter(({ set }) => set === 'assist2009');
  const areas = table(
    [
      'seed',
      'found reads not',
      'weighted AUC: found',
      'skill and answer',
      ...MODALITIES.map((one) => `${one} alone`),
      'the model itself',
    ],
    simulated.map(({ unit, found, plain, alone = {}, best }) => [
      ...[String(unit), found.dropped.join(', '), fraction(found.test.weightedAuc), fraction(plain.test.weightedAuc)],
      ...MODALITIES.map((one) => fraction(alone[one]?.test.weightedAuc ?? NaN)),
      fraction(best?.weightedAuc ?? NaN),
    ]),
  );
  const folds = table(
    ['fold', 'found reads not', 'AUC: found', 'skill and answer', 'only found right', 'only plain right', 'p'],
    assist.map(({ unit, found, plain, mcNemar: { onlyFound, onlyPlain, p } }) => [
      ...[String(unit), found.dropped.join(', '), fraction(found.test.auc), fraction(plain.test.auc)],
      ...[String(onlyFound), String(onlyPlain), p.toPrecision(2)],
    ]),
  );
  return `Simulated pupils, test:\n\n${areas}\n\nASSISTments 2009-2010, test; McNemar on validation:\n\n${folds}`;
}
