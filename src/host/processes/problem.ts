/** A problem as it crosses to the strategy's process: functions do not, so spaces are named. */
import type { StudentTask } from '../../core/arch/families/student-family.ts';
import type { Limit, Objective, Reward } from '../../core/objective.ts';
import type { Candidate } from '../../core/space/space.ts';
import type { SpaceKind } from '../../core/records/space-kind.ts';
import type { PriorResult } from '../../core/records/run.ts';
import type { StrategyOptions } from '../../core/strategies/strategy.ts';

export interface SpaceDescriptor extends StudentTask {
  readonly families: readonly string[];
  /** Absent: compact. */
  readonly space?: SpaceKind;
}

export interface ProblemDescriptor extends SpaceDescriptor {
  readonly strategy: { readonly id: string; readonly options: StrategyOptions };
  readonly seed: number;
  readonly objectives: readonly Objective[];
  readonly limits: readonly Limit[];
  readonly reward?: Reward;
  readonly reference: Readonly<Record<string, number>>;
  readonly budget: number;
  /** Of all trainings together, where the budget counts epochs. */
  readonly budgetEpochs?: number;
  /** Of a whole training; absent where it goes by seconds. */
  readonly epochs?: number;
  readonly keepsWeights?: boolean;
  readonly prior: readonly PriorResult[];
  readonly isPriorFromOtherData?: boolean;
  readonly students?: readonly Candidate[];
  /** See `StrategyInput`. */
  readonly source?: Candidate;
  /** Its file. */
  readonly embedding?: string;
}
