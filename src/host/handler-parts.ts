/** What the contract asks for, as a mapped type: a method without a handler does not compile. And
 * what handlers work with. */
import type { ContractProcedure, InferSchemaInput, InferSchemaOutput } from '@orpc/contract';
import type { Contract } from '../bridge/contract.ts';
import type { DoctorView, SystemView } from '../bridge/schemas/system.ts';
import type { Workspace } from '../store/workspace.ts';
import type { Archives } from './archive/archives.ts';
import type { Maintenance } from './workspace/maintenance.ts';
import type { Catalog } from './library/catalog.ts';
import type { DatasetImports } from './library/dataset-import.ts';
import type { Diagnostics } from './workspace/diagnostics.ts';
import type { Exporter } from './students/export.ts';
import type { JobList } from './jobs/job-list.ts';
import type { Explainer } from './runs/explain.ts';
import type { HandedFiles } from './workspace/handed-files.ts';
import type { Library } from './library/library.ts';
import type { LiveEvents } from './live-events.ts';
import type { ReplaySources } from './replays/sources.ts';
import type { Replays } from './replays/replays.ts';
import type { Reclaim } from './workspace/reclaim.ts';
import type { RunService } from './runs/service.ts';
import type { RunUpkeep } from './runs/upkeep.ts';
import type { Review } from './students/review.ts';
import type { SideJobs } from './jobs/side-jobs.ts';
import type { TeacherTraining } from './library/teacher-training.ts';
import type { Executor } from './executors/executor.ts';

type Handler<P> =
  P extends ContractProcedure<infer I, infer O, infer _Errors, infer _Meta>
    ? (input: InferSchemaOutput<I>, signal: AbortSignal | undefined) => Answer<InferSchemaInput<O>>
    : never;
type Answer<T> = T | Promise<T>;

export type Handlers = {
  readonly [Group in keyof Contract]: {
    readonly [Method in keyof Contract[Group]]: Handler<Contract[Group][Method]>;
  };
};

export interface HandlerParts {
  readonly workspace: Workspace;
  readonly catalog: Catalog;
  readonly runs: RunService;
  readonly upkeep: RunUpkeep;
  readonly reclaim: Reclaim;
  readonly archives: Archives;
  readonly maintenance: Maintenance;
  readonly explain: Explainer;
  readonly side: SideJobs;
  readonly review: Review;
  readonly handed: HandedFiles;
  readonly imports: DatasetImports;
  readonly training: TeacherTraining;
  readonly library: Library;
  readonly jobs: JobList;
  readonly tables: ReplaySources;
  readonly replays: Replays;
  readonly exporter: Exporter;
  readonly live: LiveEvents;
  readonly executor: Executor;
  readonly system: SystemView;
  readonly diagnostics: Diagnostics;
  readonly examine: () => Promise<DoctorView>;
  readonly startSample: () => ReturnType<RunService['start']>;
  readonly quit: (mode: 'pause' | 'keep') => Promise<void>;
}
