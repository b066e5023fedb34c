/**
 * Runs side by side: what their settings are, which of them differ, and whether a setting made a
 * difference where all else is the same.
 *
 * symbol   meaning                                                                           shape
 * pair     two runs whose settings are the same, the seed too, but for the one compared
 * d        score of the one minus that of the other                                        [pairs]
 */
import { CLAIM_LEVEL, CLAIM_SEEDS } from './anytime.ts';
import { memoise } from './memoise.ts';
import { holm, pairedBootstrap } from './math/paired-bootstrap.ts';
import type { SearchConfig } from './records/run.ts';

/** By path in the configuration, as a search is written down. */
export type Settings = ReadonlyMap<string, string>;

export interface SetRun {
  readonly id: string;
  readonly settings: Settings;
}

export interface ScoredRun extends SetRun {
  /** Undefined where there is none to compare by. */
  readonly score: number | undefined;
}

export interface SettingEffect {
  /** The value that is held against the base. */
  readonly value: string;
  readonly pairs: number;
  /** In the score's unit, with its percentile interval of 95 %. */
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  /** Corrected by Holm over all values held against this base. */
  readonly p: number;
  /** `few`: too few pairs to claim anything by. */
  readonly verdict: 'better' | 'worse' | 'open' | 'few';
}

/** What of a configuration is no setting: its name, what follows from the rest, what it found. */
const NO_SETTINGS: ReadonlySet<string> = new Set([
  'name',
  'datasetFingerprint',
  'reference',
  'students',
  'space.levels',
]);
/** What a setting decides goes with it: options of a strategy are none of another's. */
const DECIDED: Readonly<Record<string, string>> = {
  'strategy.id': 'strategy.options.',
  'recipe.distillation.loss': 'recipe.distillation.',
};
const FIRST = ['strategy.id', 'dataset', 'teacher'];
const SEED = 'seed';

/** Kept for as long as the configuration is there: a table asks for them at each key. */
export const settingsOf = memoise((config: SearchConfig): Settings => {
  const { objectives, limits, students, ...rest } = config;
  const plain = {
    ...rest,
    objectives: objectives.map(({ metric }) => metric),
    limits: Object.fromEntries(limits.map(({ metric, max }) => [metric, max])),
    ...(students && { given: `${students.length} students` }),
  };
  return new Map(flat(plain, ''));
});

function flat(value: object, prefix: string): readonly (readonly [string, string])[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const path = `${prefix}${key}`;
    if (NO_SETTINGS.has(path) || inner === undefined) return [];
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) return flat(inner, `${path}.`);
    return [[path, Array.isArray(inner) ? inner.map(String).join(', ') : String(inner)] as const];
  });
}

/** Paths of the settings that are not the same in all of these runs; strategy, data set and teacher
 * first, the seed last. */
export function differingSettings(runs: readonly SetRun[]): readonly string[] {
  const paths = new Set(runs.flatMap(({ settings }) => [...settings.keys()]));
  const differing = [...paths].filter((path) => valuesOf(runs, path).length > 1);
  const rank = (path: string): number =>
    FIRST.includes(path) ? FIRST.indexOf(path) : path === SEED ? FIRST.length + 1 : FIRST.length;
  return differing.toSorted((left, right) => rank(left) - rank(right));
}

/** In the order in which they come; a setting that is not there is ''. */
export const valuesOf = (runs: readonly SetRun[], path: string): readonly string[] => [
  ...new Set(runs.map(({ settings }) => settings.get(path) ?? '')),
];

/** Runs that are the same but for their seeds. */
export const overSeeds = <R extends SetRun>(runs: readonly R[]): readonly (readonly R[])[] => groupsOf(runs, SEED);

/** Runs that are the same but for the setting at `path`, and what it decides. */
function groupsOf<R extends SetRun>(runs: readonly R[], path: string): readonly (readonly R[])[] {
  const groups = new Map<string, R[]>();
  for (const run of runs) {
    const key = keyOf(run, path);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

/** All settings but the one at `path`, and what it decides. */
function keyOf({ settings }: SetRun, path: string): string {
  const decided = DECIDED[path];
  const kept = [...settings].filter(
    ([other]) => other !== path && (decided === undefined || !other.startsWith(decided)),
  );
  return JSON.stringify(kept.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * Each other value of the setting against `base`, over pairs of runs, also of several data sets.
 * Runs without a score, or without a partner, say nothing. Several runs of the very same settings
 * count as their mean.
 */
export function settingEffects(runs: readonly ScoredRun[], path: string, base: string): readonly SettingEffect[] {
  const groups = groupsOf(runs, path);
  const meanAt = (group: readonly ScoredRun[], value: string): number | undefined => {
    const scores = group.flatMap(({ settings, score }) =>
      (settings.get(path) ?? '') === value && score !== undefined && Number.isFinite(score) ? [score] : [],
    );
    return scores.length === 0 ? undefined : scores.reduce((sum, score) => sum + score, 0) / scores.length;
  };
  const compared = valuesOf(runs, path)
    .filter((value) => value !== base)
    .map((value) => {
      const d = groups.flatMap((group) => {
        const [own, others] = [meanAt(group, value), meanAt(group, base)];
        return own === undefined || others === undefined ? [] : [own - others];
      });
      return { value, pairs: d.length, ...pairedBootstrap(d) };
    })
    .filter(({ pairs }) => pairs > 0);
  const adjusted = holm(compared.map(({ p }) => p));
  return compared.map(({ value, pairs, mean, lower, upper }, index) => {
    const p = adjusted[index] ?? 1;
    const isClaimed = p <= CLAIM_LEVEL;
    const verdict = pairs < CLAIM_SEEDS ? 'few' : isClaimed ? (mean > 0 ? 'better' : 'worse') : 'open';
    return { value, pairs, mean, lower, upper, p, verdict };
  });
}
