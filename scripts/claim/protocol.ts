/**
 * The claim's protocol, fixed before any game was looked at (`docs/claim.md`): who plays what, what
 * is scored, what is tested. A change here is another study, and the page has to say so.
 *
 * Source of the claim: the abstract of arXiv 2206.13130. Rules: `algorithms.md`, card 21.
 */
import { CLAIM_STRATEGIES } from '../../src/bridge/claim.ts';
import type { StrategyId } from '../../src/core/strategies/registry.ts';

/** TRADE, then those it is compared with: chance, evolution, AKD's reinforcement learning, a
 * surrogate without regions. */
export const PLAYERS = CLAIM_STRATEGIES satisfies readonly StrategyId[];
export const [CHOSEN, ...RIVALS] = PLAYERS;
export type Player = (typeof PLAYERS)[number];

/** Search seeds 1 to 20, the same for everybody. */
export const SEEDS: readonly number[] = Array.from({ length: 20 }, (_, index) => index + 1);
/** Trainings a search may spend. */
export const BUDGET = 100;
/** Never more than this share of the pool: who may train everything finds everything. */
export const BUDGET_SHARE = 0.5;
/** Where that leaves fewer, nothing is played: the pool is too small to search in. */
export const LEAST_BUDGET = 10;

/** Reference students are given to all players of a comparison or to none. */
export const REFERENCES = ['none', 'all'] as const;
export type References = (typeof REFERENCES)[number];

/** What a search is told of a distilled student, and what its choice is scored by: of two seeds of
 * training one and the other, and the other way round. Trainings of one seed share luck, so that a
 * verdict of one direction alone may be that luck's. */
export const DIRECTIONS = [
  { title: 'seed 1 → 2', search: 'accuracy', score: 'testAccuracySeed2' },
  { title: 'seed 2 → 1', search: 'accuracySeed2', score: 'testAccuracy' },
] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** By labels alone all students were trained with seed 1 only: its validation and test accuracy. */
export const PLAIN = { search: 'plainAccuracy', score: 'plainTestAccuracy' } as const;
/** With a teacher and without. */
export const SIGNALS = ['kd', 'plain'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Limits of params, evenly spaced in their logarithm, over which effects in points are meant. */
export const LIMITS = 30;
/** Effects in points are told after this share of the budget, and at its end. */
export const EARLY_SHARE = 0.25;
/** Until so many students have a second seed, the same training's test accuracy stands in, and
 * every figure is provisional. */
export const LEAST_POOL = 60;
export const STAND_IN_SCORE = 'testAccuracy';

/** Stages of the recording that the protocol reads; without them its figures are those of a
 * part. */
export const NEEDED_STAGES = ['kd', 'none', 'seeds', 'second', 'lattices'] as const;

/** By real trainings, three seeds of 24 students each: a description. */
export const LIVE_PLAYERS = ['trade', 'evolution', 'random'] as const satisfies readonly Player[];
export const LIVE_SEEDS = 3;
export const LIVE_TRIALS = 24;
