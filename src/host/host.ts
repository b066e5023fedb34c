/** What a shell gets from `createHost`: the contract's router, an in-process client of it, and an
 * orderly end. */
import type { ContractRouterClient } from '@orpc/contract';
import type { WebSocket } from 'ws';
import type { Contract } from '../bridge/contract.ts';
import type { ExecutorSettings } from '../bridge/schemas/executor.ts';
import type { Archives } from './archive/archives.ts';
import type { RecoveryReport } from './workspace/maintenance.ts';
import type { CutDataset, ImportDataset, SimulateDataset } from './library/dataset-import.ts';
import type { ImportTeacher } from './library/teacher-import.ts';
import type { TrainTeacher } from './library/teacher-training.ts';
import type { StudyGenerators } from './studies/generators.ts';

export interface HostOptions {
  /** Folder of the workspace; made when absent. */
  readonly workspace: string;
  /** The program's `resources` folder (bundled data sets and teachers). */
  readonly resources: string;
  readonly shell: 'electron' | 'web' | 'cli';
  /** Called when a window asks to quit (`system.quit`): the shell closes, the host has already done
   * as asked. */
  readonly onQuit?: (mode: 'pause' | 'keep') => void;
  /** Diagnostics as JSON lines; absent: `<workspace>/logs/host.log`. */
  readonly logFile?: string;
  /** Version of the program, for people. */
  readonly version?: string;
  /** The sample search; absent: `examples/fashion-quick.json` beside the resources folder. */
  readonly sample?: string;
  /** A Node 24 binary for trainers; absent: this one, or under Electron the one shipped with the
   * program. */
  readonly node?: string;
  /** Where trainings run in this session; absent: where the person has chosen. */
  readonly executor?: ExecutorSettings;
  /** Folder of what the person has chosen; absent: the user's own. */
  readonly config?: string;
  /** Tests put another trainer in the place of the real one, and lose patience sooner. */
  readonly trainer?: {
    readonly entry: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly silenceMs?: number;
  };
}

export type HostClient = ContractRouterClient<Contract>;

export interface Host {
  /** The same methods that a renderer calls, without a transport. */
  readonly client: HostClient;
  /** Upgrades one connection: a WebSocket of `ws` or a MessagePort; returns a function that cuts
   * it. */
  readonly serve: {
    webSocket(socket: WebSocket): void;
    messagePort(port: unknown): void;
  };
  /** For the command line: they end with their session, and are in no list of jobs. */
  readonly trainTeacher: TrainTeacher;
  readonly studyGenerators: StudyGenerators;
  readonly importDataset: ImportDataset;
  readonly cutDataset: CutDataset;
  readonly simulateDataset: SimulateDataset;
  readonly importTeacher: ImportTeacher;
  readonly takeInArchive: Archives['takeIn'];
  /** A file that the system handed to the shell: windows ask whether to take it in. Throws where it
   * cannot be read. */
  readonly offerArchive: Archives['offer'];
  /** What this opening has put back or saved, where somebody had wished for it. */
  readonly recovery: RecoveryReport | undefined;
  /** Runs that are running now. */
  activeRuns(): readonly string[];
  /** Runs that begin by themselves, in turn. */
  dueRuns(): readonly string[];
  /** Imports, trainings of teachers and the like under way: what goes on without a window, and ends
   * with the host. */
  activeJobs(): number;
  /** Pauses what runs (checkpointing the trials in flight), ends trainers and workers, closes the
   * store. */
  close(): Promise<void>;
}
