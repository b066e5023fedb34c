/**
 * The study's figures as Markdown.
 *
 * symbol     meaning
 * gain       accuracy of an arm minus that of `none`, the same student and seed
 * student    mean of its gains over the seeds that both arms have
 * s.e.       over students: deviation of their means / sqrt(students); of one student: the same
 *            over its seeds
 */
import { fraction, table } from '../study/markdown.ts';
import type { Result } from './results.ts';

const BASELINE = 'none';
/** What the issue asks of a reference student. */
const PARAMS = { least: 10_000, most: 100_000 };

export interface Gain {
  readonly mean: number;
  /** NaN of a single value. */
  readonly standardError: number;
  readonly count: number;
}

export function gainOf(values: readonly number[]): Gain {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count), count };
}

/** Gains of an arm's trainings over the baseline's, by family. */
export function pairedGains(results: readonly Result[], arm: string): ReadonlyMap<string, readonly number[]> {
  const key = ({ family, seed, epochs }: Result): string => `${family}/${seed}/${epochs}`;
  const baseline = new Map(results.filter((one) => one.arm === BASELINE).map((one) => [key(one), one.testAccuracy]));
  const gains = new Map<string, number[]>();
  for (const result of results) {
    const plain = baseline.get(key(result));
    if (result.arm !== arm || plain === undefined || result.testAccuracy === undefined) continue;
    gains.set(result.family, [...(gains.get(result.family) ?? []), result.testAccuracy - plain]);
  }
  return gains;
}

/** Over students: each counts once, whatever its number of seeds. */
export function meanGain(gains: ReadonlyMap<string, readonly number[]>): Gain {
  return gainOf([...gains.values()].map((values) => gainOf(values).mean));
}

export function summarise(results: readonly Result[]): string {
  const tested = results.filter(({ testAccuracy }) => testAccuracy !== undefined);
  const arms = [...new Set(tested.map(({ arm }) => arm))];
  const families = [...new Set(tested.map(({ family }) => family))];
  const parts = [
    ...(arms.includes(BASELINE) ? [overallTable(tested, arms), familyTable(tested, arms, families)] : []),
    ...(results.some(({ arm }) => arm.startsWith('tune ')) ? [tuningTable(results)] : []),
  ];
  return parts.length > 0 ? parts.join('\n\n') : 'There is nothing to summarise yet.';
}

function overallTable(results: readonly Result[], arms: readonly string[]): string {
  const rows = arms.map((arm) => {
    const own = results.filter((result) => result.arm === arm);
    const accuracy = gainOf(own.map(({ testAccuracy }) => testAccuracy ?? NaN)).mean;
    const seeds = new Set(own.map(({ seed }) => seed)).size;
    const teacher = own.find(({ teacherAccuracy }) => teacherAccuracy !== undefined)?.teacherAccuracy;
    const shown = [arm, teacher === undefined ? '' : fraction(teacher), fraction(accuracy)];
    if (arm === BASELINE) return [...shown, '', '', '', String(seeds)];
    const { mean, standardError, count } = meanGain(pairedGains(results, arm));
    const ratio = Number.isFinite(standardError) ? (mean / standardError).toFixed(1) : '';
    return [...shown, gainText({ mean, standardError, count }), ratio, String(count), String(seeds)];
  });
  const header = ['arm', 'teacher', 'accuracy', 'gain over none (points)', 'gain / s.e.', 'students', 'seeds'];
  return `Mean over students; gains paired over seeds, ± s.e. over students.\n\n${table(header, rows)}`;
}

function familyTable(results: readonly Result[], arms: readonly string[], families: readonly string[]): string {
  const others = arms.filter((arm) => arm !== BASELINE);
  const gains = new Map(others.map((arm) => [arm, pairedGains(results, arm)]));
  const rows = families.map((family) => {
    const plain = results.filter((result) => result.family === family && result.arm === BASELINE);
    const params = results.find((result) => result.family === family)?.params ?? NaN;
    const odd = params < PARAMS.least || params > PARAMS.most ? ' (outside 10,000 to 100,000)' : '';
    const accuracy = fraction(gainOf(plain.map(({ testAccuracy }) => testAccuracy ?? NaN)).mean);
    const cells = others.map((arm) => {
      const values = gains.get(arm)?.get(family);
      return values === undefined ? '' : gainText(gainOf(values));
    });
    return [family, `${params.toLocaleString('en')}${odd}`, accuracy, ...cells];
  });
  const header = ['student', 'params', BASELINE, ...others];
  return `Gains over none in points by student, ± s.e. over its seeds.\n\n${table(header, rows)}`;
}

function tuningTable(results: readonly Result[]): string {
  const tuned = results.filter(({ arm }) => arm.startsWith('tune '));
  const rows = [...new Set(tuned.map(({ arm }) => arm))].map((arm) => {
    const own = tuned.filter((result) => result.arm === arm);
    const { mean, count } = gainOf(own.map(({ validationAccuracy }) => validationAccuracy));
    return [arm.replace('tune ', ''), fraction(mean), String(count)];
  });
  return `Tuning on one reference student, by validation accuracy.\n\n${table(['setting', 'accuracy', 'seeds'], rows)}`;
}

function gainText({ mean, standardError }: Gain): string {
  const points = `${mean < 0 ? '' : '+'}${(100 * mean).toFixed(2)}`;
  return Number.isFinite(standardError) ? `${points} ± ${(100 * standardError).toFixed(2)}` : points;
}
