/** From a search as people write it to the configuration that a run keeps: objectives, limits and
 * reference point as records. */
import { invalid } from '../../core/errors.ts';
import { LATENCY_METRIC } from '../../core/latency.ts';
import type { LatencySetting } from '../../core/latency.ts';
import type { Limit, Objective, Reward } from '../../core/objective.ts';
import { REWARD_METRIC } from '../../core/reward.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import type { SpaceKind } from '../../core/records/space-kind.ts';
import type { Candidate } from '../../core/space/space.ts';
import { listed } from '../../core/strategies/listed.ts';
import { asksForLegs } from '../../core/strategies/registry.ts';
import type { StrategyOptions } from '../../core/strategies/strategy.ts';
import type { FamiliedSearch, ParsedSearchInput } from '../schemas/records.ts';

/** Of one student, or of several: the largest, the middle. */
export interface StudentCosts {
  readonly params: number;
  readonly macs: number;
}

/** By the names that people write. */
export const OBJECTIVES = {
  accuracy: { metric: 'accuracy', goal: 'maximize', known: false },
  params: { metric: 'params', goal: 'minimize', known: true },
  macs: { metric: 'macs', goal: 'minimize', known: true },
  latencyMs: { metric: LATENCY_METRIC, goal: 'minimize', known: false },
  reward: { metric: REWARD_METRIC, goal: 'maximize', known: false },
} as const satisfies Readonly<Record<string, Objective>>;

/** Trainers side by side on a processor where nothing else is said (docs/decisions.md, 9). */
export const CPU_SLOTS = 2;

/** Of a given student. */
export const MOST_SEEDS = 100;

/** What is known of the data and the machine. */
export interface Surroundings {
  /** The medians of the chosen families' reference students; the largest student where nothing else
   * is said. */
  readonly typical?: StudentCosts;
  /** What suits the machine. */
  readonly slots?: number;
  /** Accuracy on the validation split of naming its commonest class each time; 0 where the data is
   * not known. */
  readonly baseline?: number;
  /** Absent: compact. */
  readonly space?: SpaceKind;
}

/** The dearest student still counts a little. */
const REFERENCE_MARGIN = 1.1;

/**
 * Without a limit, the slowest student counts as fast as a call of so many milliseconds and one
 * multiply-accumulate a nanosecond for the largest: a latency that no strategy, seed or load of the
 * machine changes.
 */
const REFERENCE_CALL_MS = { onnxruntime: 1, tfjs: 10 } as const satisfies Record<LatencySetting['engine'], number>;
const REFERENCE_MACS_PER_MS = 1e6;

/**
 * `largest`: costs of the largest student, of all families, that is within the limits.
 *
 * The hypervolume's reference point is the same for every run on a data set under the same limits,
 * whatever families, strategy or seed: the accuracy that is asked for, or that of naming the
 * commonest class each time, which takes no student; and for each cost 1.1 times its limit, or the
 * largest student's where there is none; for latency, which is not known beforehand, a slow
 * machine's. A reward counts from 0.
 */
export function expandConfig(
  parsed: FamiliedSearch,
  largest: StudentCosts,
  { typical = largest, slots = CPU_SLOTS, baseline = 0, space }: Surroundings = {},
): SearchConfig {
  const { objectives, limits, latency, transferFrom, prior, students, reward: asked, reference, ...given } = parsed;
  const { $schema: _, space: _space, scale: _scale, levels: _levels, ...rest } = given;
  const reward = objectives.includes('reward') ? rewardOf(asked, limits, typical) : undefined;
  const isTimed = objectives.includes('latencyMs') || limits.latencyMs !== undefined || reward?.cost === 'latencyMs';
  const slowest =
    REFERENCE_CALL_MS[latency.engine] + (latency.batch * (limits.macs ?? largest.macs)) / REFERENCE_MACS_PER_MS;
  const isAllowed = reward ? objectives.length === 1 : objectives[0] === 'accuracy';
  if (!isAllowed || new Set(objectives).size < objectives.length) {
    throw invalid('objectives', 'accuracy comes first, and each objective once; or the reward stands alone.');
  }
  if (new Set(parsed.families).size < parsed.families.length) {
    throw invalid('families', 'name each family once.');
  }
  return {
    ...rest,
    budget: students ? givenStudents(students, rest.strategy.options).budget : budgetOf(parsed),
    // None is named where students learn from labels alone; else the host knows which.
    teacher: rest.teacher ?? '',
    ...(space?.kind === 'wide' && { space }),
    ...(transferFrom.length > 0 && { transferFrom }),
    ...(prior === 'shipped' && { priorFrom: prior }),
    ...(students && givenStudents(students, rest.strategy.options)),
    slots: rest.slots ?? slots,
    objectives: objectives.map((name) => OBJECTIVES[name]),
    limits: limitsOf(limits),
    ...(reward && { reward }),
    ...(isTimed && { latency }),
    reference: {
      accuracy: reference.accuracy ?? baseline,
      params: REFERENCE_MARGIN * (limits.params ?? largest.params),
      macs: REFERENCE_MARGIN * (limits.macs ?? largest.macs),
      ...(reward && { [REWARD_METRIC]: 0 }),
      ...(isTimed && { [LATENCY_METRIC]: REFERENCE_MARGIN * (limits.latencyMs ?? slowest) }),
    },
  };
}

type Wished = Pick<ParsedSearchInput, 'budget' | 'recipe' | 'strategy'>;

/**
 * What is said in epochs counts, and no number of students beside it. Where a strategy asks for
 * short trainings, a number of students means so many whole trainings, in epochs. Of what would be
 * refused, too.
 */
export function wishedBudget({ budget: { trials, epochs }, recipe, strategy }: Wished): SearchConfig['budget'] {
  if (recipe.seconds !== undefined) return { trials };
  if (epochs !== undefined) return { epochs };
  return asksForLegs(strategy) ? { epochs: trials * recipe.epochs } : { trials };
}

function budgetOf(parsed: Wished): SearchConfig['budget'] {
  const { budget, recipe } = parsed;
  if (budget.epochs === undefined) return wishedBudget(parsed);
  if (recipe.seconds !== undefined) {
    throw invalid('budget.epochs', 'a recipe by seconds has no epochs to count. Say budget.trials, or recipe.epochs.');
  }
  if (budget.epochs >= recipe.epochs) return wishedBudget(parsed);
  const least = recipe.epochs === 1 ? '1 epoch' : `${recipe.epochs} epochs`;
  throw invalid('budget.epochs', `${budget.epochs} are fewer than one whole training of ${least}.`);
}

/** Families of these students, each once. */
export const familiesOf = (students: readonly Candidate[]): readonly string[] => [
  ...new Set(students.map(({ family }) => family)),
];

/** Their families and no other, and the trainings that they come to: what is said of either beside
 * them counts nothing. */
export function givenStudents(
  students: readonly Candidate[],
  options: StrategyOptions,
): Pick<SearchConfig, 'students' | 'families' | 'budget'> {
  const seeds = Number(options['seeds'] ?? listed.defaults['seeds']);
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > MOST_SEEDS) {
    throw invalid('strategy.options.seeds', `choose a whole number from 1 to ${MOST_SEEDS}.`);
  }
  return {
    students,
    families: familiesOf(students),
    budget: { trials: students.length * seeds },
  };
}

/** A latency is not known before a student is timed, so that its target has to be said, if only as
 * its limit. */
function rewardOf(
  { target: asked, ...rest }: ParsedSearchInput['reward'],
  limits: ParsedSearchInput['limits'],
  typical: StudentCosts,
): Reward {
  const target = asked ?? (rest.cost === 'latencyMs' ? limits.latencyMs : typical[rest.cost]);
  if (target !== undefined) return { ...rest, target };
  throw invalid('reward.target', 'say how many milliseconds a pass are the target, or limit limits.latencyMs.');
}

export function limitsOf(limits: ParsedSearchInput['limits']): readonly Limit[] {
  return (['params', 'macs', 'latencyMs'] as const).flatMap((metric) => {
    const max = limits[metric];
    return max === undefined ? [] : [{ metric, max }];
  });
}

export const testing = { budgetOf };
