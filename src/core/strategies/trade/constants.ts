/** The settings of TRADE and where its proposals come from. [R]: reconstruction or choice of this
 * project; the paper's full text is not public. */
import { FIRST_SOURCES } from '../initial.ts';
import type { Sources } from '../strategy.ts';

export const TRADE = Object.freeze({
  /** Initial students: two a family, one where the budget is no larger than `initialSmall` or where
   * they begin with short trainings; all together at most this share of the budget, and at least
   * `initialLeast`. [R] */
  initialPerFamily: 2,
  initialSmall: 50,
  initialShare: 0.25,
  initialLeast: 3,

  /** Candidates looked at in one proposal when families are listed whole. [R] */
  screen: 8_000,
  /** Cost-stratified candidates of a family that is too large to list, docs/trade.md, step 6.
   * [R] */
  stratified: 256,
  /** Best posterior means whose neighbours are candidates besides those of the front. [R] */
  bestMeans: 10,
  /** Neighbours drawn for all centres together, by two exchanges or more (docs/trade.md, step 6),
   * and random ones in the region. [R] */
  drawnNear: 64,
  regionDraws: 128,
  /** Exchanges of one dimension with more levels than this (over all dimensions) step to adjacent
   * levels only. [R] */
  exchangeLevels: 64,
  /** Local search in large families: starts among the best candidates and among the sample, and
   * looks from each. [R] */
  searchStarts: 3,
  searchLooks: 40,

  /** Draws to choose from while no student has given a result, where latency has a limit. [R] */
  blindDraws: 16,

  /** Consecutive successes that widen the region: TuRBO's 3; and failures that narrow it. [R] */
  successTolerance: 3,
  failureTolerance: 3,
  /** Halvings of the whole space at its narrowest: an eighth of the dimensions. [R] */
  narrowest: 3,
  /** A success makes more than this share of the expected gain. [R] */
  successShare: 0.25,

  /** A family's own arm: below this share of the hypervolume a promise is next to nothing. [R] */
  familyArmBelow: 0.0005,
  /** Of the budget, all arms together at most; its best, around whom it looks. [R] */
  familyArmShare: 0.1,
  familyArmCentres: 3,
  /** A family is starved that had less than this share of an even part of the results. [R] */
  starvedShare: 0.5,
  /** It climbs by a result so many deviations of all above its own best; it is given up after so
   * many steps in vain a dimension. [R] */
  climb: 0.1,
  climbPatience: 2,

  /** Epochs of a short training, of a whole one's; share of the students begun that are thought to
   * be trained whole, from which follows how many can be begun. [R] */
  shortShare: 0.25,
  promotedShare: 0.25,
  /** κ, and pairs of a short and a whole training before any student is trained whole at once.
   * [R] */
  promoteAbove: 0.25,
  promotedLeast: 3,
  /** Shares of the schedule after which a training may be given up, whole trainings before any is,
   * and the share of its epochs that a training is thought to take then. [R] */
  stopAt: [0.25, 0.5, 0.75],
  stopLeast: 6,
  stoppedAfter: 0.75,

  /** How far above the front a result must come to count as a gain, in deviations of the outputs.
   * [R] */
  margin: 0.0005,

  /**
   * Likelihood evaluations of a fit: `fitWork / n³` within the two bounds, n being what it fits to,
   * at most `fitResults`; a refit each n / `refitEvery` new results. [R]
   */
  fitWork: 3e7,
  fitLeast: 20,
  fitMost: 40,
  fitResults: 150,
  refitEvery: 20,
});

/** What a family's own arm writes into `why.source` (family-arm.ts). */
export const FAMILY_ARM = 'family';

/** What a student that rests goes on for (legs.ts): from a short training, or past a stop. */
export const PROMOTED = 'promoted';
export const HOPEFUL = 'hopeful';

const { reference, initial, random } = FIRST_SOURCES;

/** In the order of a legend. */
export const TRADE_SOURCES = {
  reference,
  initial,
  earlier: {
    title: 'Earlier result',
    sentence: 'It stood on the front of the earlier results that this run learns from.',
  },
  region: { title: 'Region', sentence: 'It was proposed inside the trust region.' },
  global: {
    ...{ title: 'Global', role: 'global' },
    sentence: 'It was proposed by the global arm, which looks at the whole space.',
  },
  [FAMILY_ARM]: {
    ...{ title: 'Family arm', role: 'family' },
    sentence:
      'All families together promised next to nothing, so one that had hardly been tried went on from its own best.',
  },
  [PROMOTED]: {
    title: 'Promoted',
    sentence: 'Of those with a short training it promised most for the front, so it was trained whole.',
  },
  [HOPEFUL]: {
    title: 'Still hopeful',
    sentence: 'Its training was at a stop, and could still bring it onto the front.',
  },
  random,
} as const satisfies Sources;
