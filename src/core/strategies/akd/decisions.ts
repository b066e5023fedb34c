/** A student as decisions in turn: the family, then the level of each active dimension. Each has
 * tokens of its own, one a choice; a decision with a single choice is none. */
import { activeDimensions } from '../../space/lattice.ts';
import { levelIndex } from '../../space/neighbours.ts';
import type { Candidate, Dimension, Family, Level } from '../../space/space.ts';

/** A choice among the tokens `first` .. `first + size − 1`. */
export interface Decision {
  readonly first: number;
  readonly size: number;
}

/** Decision and token. */
export interface Choice extends Decision {
  readonly token: number;
}

export interface Decisions {
  readonly families: readonly Family[];
  /** Of all decisions together. */
  readonly tokens: number;
  readonly ofFamily: Decision;
  /** By family and dimension. */
  readonly ofDimension: readonly (readonly Decision[])[];
}

/** Only `families` can be chosen. */
export function createDecisions(families: readonly Family[]): Decisions {
  let tokens = 0;
  const decide = (size: number): Decision => {
    const first = tokens;
    tokens += size > 1 ? size : 0;
    return { first, size };
  };
  const ofFamily = decide(families.length);
  const ofDimension = families.map(({ dimensions }) => dimensions.map(({ levels }) => decide(levels.length)));
  return { families, tokens, ofFamily, ofDimension };
}

/** The student of these choices, each a place within its decision; `decide` is asked in turn where
 * there is something to choose. It may be illegal. */
export function writeCandidate(
  { families, ofFamily, ofDimension }: Decisions,
  decide: (decision: Decision) => number,
): Candidate {
  const choose = (decision: Decision): number => (decision.size < 2 ? 0 : decide(decision));
  const f = choose(ofFamily);
  const family = families[f]!;
  const config: Record<string, Level> = {};
  family.dimensions.forEach((dimension, d) => {
    if (activeDimensions(family, config).includes(dimension)) {
      config[dimension.name] = dimension.levels[choose(ofDimension[f]![d]!)]!;
    }
  });
  return { family: family.name, config };
}

/** The choices that write a candidate of the decisions' families, `[T]`. */
export function choicesOf(
  { families, ofFamily, ofDimension }: Decisions,
  { family, config }: Candidate,
): readonly Choice[] {
  const f = families.findIndex(({ name }) => name === family);
  const choose = (decision: Decision, index: number): readonly Choice[] =>
    decision.size > 1 && index >= 0 ? [{ ...decision, token: decision.first + index }] : [];
  const levels = (families[f]?.dimensions ?? []).flatMap((dimension: Dimension, d) =>
    choose(ofDimension[f]![d]!, levelIndex(dimension, config)),
  );
  return [...choose(ofFamily, f), ...levels];
}
