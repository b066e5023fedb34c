/** What host and ask worker say to each other. Functions do not cross processes: the worker builds
 * spaces from names. */
import type { ErrorCode, ErrorPlace } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import type { Limit, Objective } from '../../core/objective.ts';
import type { Reward } from '../../core/objective.ts';
import type { Explanation } from '../../core/strategies/explain.ts';
import type { Candidate } from '../../core/space/space.ts';
import type { AskedEvent, PriorResult, StrategyOptions } from '../../core/strategies/strategy.ts';
import type { BackupKind } from '../../store/upkeep/backup.ts';
import type { DoctorReport, OpenSession, Problem } from '../../store/upkeep/doctor.ts';
import type { Waste } from '../../store/upkeep/waste.ts';

export interface SpaceDescriptor {
  readonly families: readonly string[];
  /** `[height, width, channels]` */
  readonly inputShape: readonly number[];
  readonly classes: number;
}

export interface ProblemDescriptor extends SpaceDescriptor {
  readonly strategy: { readonly id: string; readonly options: StrategyOptions };
  readonly seed: number;
  readonly objectives: readonly Objective[];
  readonly limits: readonly Limit[];
  readonly reward?: Reward;
  readonly reference: Readonly<Record<string, number>>;
  readonly budget: number;
  /** Of a whole training; absent where it goes by seconds. */
  readonly epochs?: number;
  readonly keepsWeights?: boolean;
  readonly prior: readonly PriorResult[];
  readonly students?: readonly Candidate[];
}

/** Costs of every student of a family, in the order of its enumeration. */
export interface FamilySurvey {
  readonly family: string;
  readonly params: Float64Array;
  readonly macs: Float64Array;
}

/** `backups`: the folder of the copies. */
export interface BackUpOrder {
  readonly database: string;
  readonly backups: string;
  readonly kind: BackupKind;
  readonly at: Date;
}

/** Problems are known of a database that is not damaged in itself. */
export interface Diagnosis {
  readonly damage: readonly string[];
  readonly problems: readonly Problem[];
}

export type AskRequest =
  /** A part of a run's log: what is opened or explained next has all the parts sent before. */
  | { readonly type: 'hear'; readonly events: readonly RunEvent[] }
  | { readonly type: 'open'; readonly problem: ProblemDescriptor }
  | { readonly type: 'fold'; readonly event: RunEvent }
  | { readonly type: 'ask'; readonly count: number }
  | { readonly type: 'explain'; readonly problem: ProblemDescriptor }
  | { readonly type: 'survey'; readonly space: SpaceDescriptor }
  /** `session`: whether files may be on their way to their rows while this is done. */
  | { readonly type: 'examine'; readonly workspace: string; readonly session: OpenSession }
  | { readonly type: 'findWaste'; readonly workspace: string; readonly fence: string }
  | { readonly type: 'compact'; readonly database: string }
  | ({ readonly type: 'backUp' } & BackUpOrder)
  | { readonly type: 'diagnose'; readonly workspace: string };

export type AskAnswer =
  | { readonly type: 'done' }
  | { readonly type: 'asked'; readonly event: AskedEvent }
  | { readonly type: 'explained'; readonly explanation: Explanation }
  | { readonly type: 'surveyed'; readonly families: readonly FamilySurvey[] }
  | { readonly type: 'examined'; readonly report: DoctorReport }
  | { readonly type: 'wasteFound'; readonly waste: Waste }
  | { readonly type: 'backedUp'; readonly name: string }
  | ({ readonly type: 'diagnosed' } & Diagnosis)
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string; readonly place: ErrorPlace };

/** Answers come in the order of the requests, each under its number. */
export interface Numbered<T> {
  readonly number: number;
  readonly body: T;
}
