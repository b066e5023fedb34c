/** The ask/tell contract of a search strategy: a pure fold over the run's event log
 * (docs/architecture.md). */
import type { EventOf, RunEvent } from '../records/events.ts';
import type { Leg } from '../records/proposal.ts';
import type { PriorResult } from '../records/run.ts';
import type { Problem } from '../objective.ts';
import type { Embedding } from './embedding.ts';
import type { FollowedSearch } from './followed.ts';
import type { Candidate } from '../space/space.ts';

/** How close to its source a strategy is (docs/trade.md); the product shows it. */
export type Fidelity = 'faithful' | 'partial' | 'reconstruction';

/** The option of a strategy that can begin with short trainings, and needs none. */
export const SHORT_TRAININGS = 'shortTrainings';
/** And of one that gives up hopeless trainings. */
export const STOP_RULE = 'stopRule';
/** All with which trainings go by legs. */
export const LEG_OPTIONS = [SHORT_TRAININGS, STOP_RULE] as const;

export type StrategyOptions = Readonly<Record<string, number | string | boolean>>;

/** What people read of a source of proposals: its name in few words, and a sentence. */
export interface Words {
  readonly title: string;
  readonly sentence: string;
  /** What views draw in a way of its own: the hand-designed student, a choice outside all regions,
   * one of a family's own surrogate. */
  readonly role?: 'reference' | 'global' | 'family';
}

/** By what stands in `why.source`. */
export type Sources = Readonly<Record<string, Words>>;

export interface StrategyInput {
  readonly problem: Problem;
  readonly seed: number;
  readonly options: StrategyOptions;
  /** Results of earlier runs that this one may learn from; they are not told, and their students
   * may be proposed. */
  readonly prior?: readonly PriorResult[];
  /** They are of another data set. */
  readonly isPriorFromOtherData?: boolean;
  /** Epochs of a whole training; absent where training goes by seconds, or where nothing is
   * trained. */
  readonly epochs?: number;
  /** The budget in epochs of all trainings together, where it counts them; `problem.budget` is then
   * the same in whole trainings, rounded up. */
  readonly budgetEpochs?: number;
  /** Short trainings that can be asked for; absent: any that is shorter than a whole one. */
  readonly legs?: readonly Leg[];
  /** Whether every student that has ended keeps its weights; absent: not. */
  readonly keepsWeights?: boolean;
  /** Whether students can begin with the weights of the run's teacher; absent: not known yet. */
  readonly hasTeacherWeights?: boolean;
  /** The student that the teacher is, or comes nearest to; absent where nobody has looked. */
  readonly source?: Candidate;
  /** Whether it is one of a family of the space; absent: not known yet. */
  readonly hasSource?: boolean;
  /** Places of the space's students that were learned without a result; absent where there are
   * none. */
  readonly embedding?: Embedding;
  /** What is to be trained, where nothing is searched for. */
  readonly students?: readonly Candidate[];
}

/** What the values of options are checked by, defaults among them. */
export type OptionsInput = Pick<StrategyInput, 'epochs' | 'legs' | 'options'>;

export type AskedEvent = EventOf<'asked'>;

export type Shown = 'predictions' | 'regions' | 'answer';

export type Need = 'legs' | 'warm starts' | 'teacher weights' | 'source' | 'supernet' | 'embedding' | 'layers';

/**
 * `S` is the strategy's own state; it is rebuilt by folding the log, never stored. `ask` does not
 * change it: the host appends the returned event to the log and folds it in, so pending trials are
 * part of the state.
 */
export interface Strategy<S> {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly fidelity: Fidelity;
  /** One sentence on what it is and where it comes from. */
  readonly summary: string;
  readonly defaults: StrategyOptions;
  /** Options that earlier versions had: a run that names one goes on without them. */
  readonly retired?: readonly string[];
  /** Of all its proposals. */
  readonly sources: Sources;
  /**
   * What it makes use of, and a run of others is refused with. `prior`: results of earlier runs.
   * `students`: it searches for nothing, and trains those that it is given.
   */
  readonly accepts?: readonly ('prior' | 'students')[];
  /**
   * What a run has to have for it. `legs`: trainings that can rest after an epoch that the strategy
   * names. `warm starts`: the weights of every student that has ended. `teacher weights`: a teacher
   * that is a network of ours. `source`: one of a family of the space. `supernet`: a family with
   * one. `embedding`: one of every family of the space. `layers`: a family that grows by them.
   */
  readonly needs?: readonly Need[];
  /** What it needs beside, by its options. Throws `config.invalid` for one that it cannot have. */
  needsWith?(options: StrategyOptions): readonly Need[];
  /** What of its runs can be looked at that not every run has. `predictions`: what it believed of a
   * student before its training. `regions`: where it searched instead of everywhere. An option of
   * the same name turns one off. `answer`: what it names as its find, where that is not the best
   * single student. */
  readonly shows?: readonly Shown[];
  /** Throws `config.invalid` where the value of an option is none for such a run: asked before
   * anything of the run is written, too. */
  checkOptions?(input: OptionsInput): void;
  init(input: StrategyInput): S;
  fold(state: S, event: RunEvent): S;
  /**
   * `count` trainings: new proposals, never one already asked by a search, and trials that rest and
   * go on; and at most one search while none is open. Fewer when the space or the budget is
   * exhausted, or while results are awaited. None: the end, or, while trials or a search are in
   * flight, *wait*. What rests at the end is stopped. Same state, same
   * answer.
   */
  ask(state: S, count: number): AskedEvent;
  /** What it alone can tell of its run, beside what the log says of any (explain.ts). */
  explain?(input: StrategyInput, log: readonly RunEvent[]): FollowedSearch;
}
