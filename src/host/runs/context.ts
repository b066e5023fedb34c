/** What every part of a running search works with. */
import type { StudentTask } from '../../core/arch/families/student-family.ts';
import { currentOptions } from '../../core/strategies/registry.ts';
import { trainingsOf } from '../../core/budget.ts';
import type { Spending } from '../../core/budget.ts';
import type { StudentSpace } from '../../core/arch/families/registry.ts';
import { studentSpace } from '../../core/arch/families/registry.ts';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { DatasetRef, TeacherRef } from '../../compute/tasks/inputs.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { askedIn } from '../../core/records/events.ts';
import type { PriorResult, SearchConfig } from '../../core/records/run.ts';
import { validateCandidate, validateConfiguration } from '../../core/space/lattice.ts';
import type { Candidate } from '../../core/space/space.ts';
import type { Embedding } from '../../core/strategies/embedding.ts';
import type { StrategyInput } from '../../core/strategies/strategy.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { WorkspaceFiles } from '../../store/files.ts';
import type { WritableStore } from '../../store/store.ts';
import type { ProblemDescriptor, SpaceDescriptor } from '../processes/problem.ts';
import type { KeptFront } from './kept-front.ts';
import type { LiveProgress } from './live-progress.ts';
import type { Log } from '../log.ts';
import type { RunningScore } from './score.ts';
import type { LogReader } from '../slices.ts';
import type { Executor } from '../executors/executor.ts';

export interface RunContext {
  readonly runId: string;
  readonly config: SearchConfig;
  readonly store: WritableStore;
  readonly files: WorkspaceFiles;
  readonly executor: Executor;
  readonly log: Log;
  readonly problem: ProblemDescriptor;
  readonly space: StudentSpace;
  readonly dataset: DatasetRef;
  readonly teacher: TeacherRef | undefined;
  readonly progress: LiveProgress;
  /** What of the budget is spent, by the run's log. */
  readonly spending: Spending;
  /** Figures of the run so far, for the next trial that finishes. */
  readonly score: RunningScore;
  /** Where the front's students alone keep their weights: who has them. */
  readonly kept: KeptFront;
  /** Tell the windows that the run, or one of its trials, has changed. */
  readonly runChanged: () => void;
  readonly trialChanged: (trialId: string) => void;
  readonly pointAppended: (trialId: string, point: EpochPoint) => void;
  /** Milliseconds from a monotonic clock. */
  readonly now: () => number;
}

/** What a strategy needs to know of a data set. */
interface ProblemPlace {
  readonly directory: string;
  readonly task: StudentTask;
}

export interface RunPlaces {
  readonly dataset: ProblemPlace & Pick<DatasetRef, 'known'>;
  readonly teacher: TeacherRef | undefined;
  /** The student that the teacher comes nearest to, for a strategy that begins as it. */
  readonly source?: Candidate;
  /** File of the embedding that the strategy searches in. */
  readonly embedding?: string;
}

export function problemOf(
  config: SearchConfig,
  { dataset, source, embedding }: RunPlaces,
  prior: readonly PriorResult[],
): ProblemDescriptor {
  const { families, strategy, seed, objectives, limits, reward, reference, students, recipe, space, priorFrom } =
    config;
  return {
    ...{ ...dataset.task, families, strategy, seed, objectives, limits, reference, prior },
    ...(space && { space }),
    ...(reward && { reward }),
    ...(students && { students }),
    ...(source && { source }),
    ...(embedding && { embedding }),
    ...(priorFrom && { isPriorFromOtherData: true }),
    budget: trainingsOf(config),
    ...('epochs' in config.budget && { budgetEpochs: config.budget.epochs }),
    keepsWeights: keepsWeights(config),
    ...(recipe.seconds === undefined && { epochs: recipe.epochs }),
  };
}

/** Those off the front give up theirs by the policy `front`. */
export const keepsWeights = ({ checkpoints }: Pick<SearchConfig, 'checkpoints'>): boolean =>
  checkpoints.keep !== 'front';

/** What a strategy is started with: the space itself, of a problem that crossed a process.
 * `embedding`: what its file holds. */
export function strategyInputOf(problem: ProblemDescriptor, embedding?: Embedding): StrategyInput {
  const { objectives, limits, reward, reference, budget, seed, strategy, prior } = problem;
  const { students, source, epochs, budgetEpochs, keepsWeights } = problem;
  const goal = { objectives, limits, ...(reward && { reward }), reference };
  return {
    ...{
      problem: { space: spaceOf(problem), ...goal, budget },
      seed,
      options: currentOptions(strategy.id, strategy.options),
      prior,
      ...(problem.isPriorFromOtherData && { isPriorFromOtherData: true }),
    },
    ...(epochs !== undefined && { epochs }),
    ...(budgetEpochs !== undefined && { budgetEpochs }),
    ...(keepsWeights !== undefined && { keepsWeights }),
    ...(students && { students }),
    ...(source && { source }),
    ...(embedding && { embedding }),
  };
}

export function spaceOf(problem: SpaceDescriptor): StudentSpace {
  return studentSpace(problem.families, problem, problem.space);
}

/**
 * Throws `family.unknown` or `config.invalid` for a candidate of another space: a run that came
 * from elsewhere, or whose data set is another one now, may have any.
 */
export function graphOf(space: StudentSpace, { family: name, config }: Candidate): ArchitectureGraph {
  const family = space.families.find((one) => one.name === name);
  if (family === undefined) throw new WorkbenchError('family.unknown', `There is no family "${name}" any more.`);
  return family.build(validateConfiguration(family, config, name));
}

/** The log for a strategy, which builds what it reads: a student of another space is refused
 * before, in words. */
export function soundLog(problem: SpaceDescriptor, read: LogReader): LogReader {
  const space = spaceOf(problem);
  return (from) => {
    const events = read(from);
    for (const event of events) {
      askedIn(event).forEach(({ candidate }) => validateCandidate(space, candidate));
    }
    return events;
  };
}

/** Faults that every other trial would meet too: the run waits for the person instead of burning
 * its budget. */
const SHARED_FAULTS: ReadonlySet<string> = new Set<ErrorCode>([
  'dataset.missing',
  'dataset.corrupt',
  'dataset.changed',
  'teacher.missing',
  'teacher.mismatch',
  'teacher.changed',
  'backend.missing',
  'disk.full',
]);

export function sharedFault(code: string, message: string): WorkbenchError | undefined {
  // Sound: the set holds error codes only.
  return SHARED_FAULTS.has(code) ? new WorkbenchError(code as ErrorCode, message) : undefined;
}
