/**
 * The executor that the person has chosen: this machine, until they name a cluster. What is chosen
 * is kept with the user, not in a workspace: one that came from somebody else connects nowhere.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { executorSchema } from '../../bridge/schemas/executor.ts';
import type { ClusterView, ExecutorSettings, ExecutorStatus } from '../../bridge/schemas/executor.ts';
import type { JobView } from '../../bridge/schemas/job.ts';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import { faultOf } from '../../core/records/zod.ts';
import { writeWhole } from '../../store/disk.ts';
import { inWordsOf } from '../../store/errors.ts';
import type { HostOptions } from '../host.ts';
import type { JobList } from '../jobs/job-list.ts';
import type { Log } from '../log.ts';
import { userFolder } from '../workspace/user-folders.ts';
import type { Executor } from './executor.ts';
import { createLocalExecutor } from './local-executor.ts';
import type { DriverOptions } from './ray/driver.ts';
import { installRay, pythonForRay, rayFiles } from './ray/python.ts';
import { createRayExecutor, testCluster } from './ray/ray-executor.ts';
import type { RayExecutor } from './ray/ray-executor.ts';
import type { TrainerSettings } from './trainer-link.ts';

export interface ChosenExecutor extends Executor {
  status(): ExecutorStatus;
  /** For every search from now on. Throws `run.state` while anything is at work. */
  choose(settings: ExecutorSettings): Promise<ExecutorStatus>;
  /** Throws `backend.missing`, in words. */
  test(settings: ExecutorSettings, signal: AbortSignal | undefined): Promise<ClusterView>;
  /** Makes the Python environment that Ray needs. */
  install(): JobView;
}

export interface ChoiceParts {
  readonly settings: TrainerSettings;
  readonly options: Pick<HostOptions, 'resources' | 'executor' | 'config' | 'trainer'>;
  readonly jobs: Pick<JobList, 'start'>;
  readonly log: Pick<Log, 'warn'>;
  /** Why it cannot be changed now, in words. */
  readonly busy: () => string | undefined;
}

export function createChosenExecutor({ settings, options, jobs, log, busy }: ChoiceParts): ChosenExecutor {
  const files = rayFiles(options.resources);
  const file = join(options.config ?? userFolder('config'), 'executor.json');
  let chosen = options.executor ?? readChoice(file, log);
  let isForNow = options.executor !== undefined;
  let current = make(chosen);

  function make(wanted: ExecutorSettings): Executor | RayExecutor {
    if (wanted.kind === 'local') return createLocalExecutor(settings);
    const { trainer } = options;
    return createRayExecutor({ settings, ray: wanted, driver: driverOptions, ...(trainer && { trainer }) });
  }

  function driverOptions(): DriverOptions {
    return { python: pythonForRay(files), driver: files.driver };
  }

  function missing(): string | undefined {
    try {
      driverOptions();
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  const status = (): ExecutorStatus => ({
    ...{ executor: chosen, isForNow, missing: missing() },
    trainers: 'trainers' in current ? current.trainers() : [],
  });

  return {
    capacity: () => current.capacity(),
    resize: (slots) => current.resize(slots),
    run: (order, report, signal) => current.run(order, report, signal),
    runAlone: (order, signal) => current.runAlone(order, signal),
    runApart: (order, report, signal) => current.runApart(order, report, signal),
    close: () => current.close(),
    status,
    choose: async (wanted) => {
      const reason = busy();
      if (reason !== undefined) throw new WorkbenchError('run.state', reason);
      writeChoice(file, wanted);
      const before = current;
      [chosen, isForNow, current] = [wanted, false, make(wanted)];
      await before.close();
      return status();
    },
    test: (wanted, signal) => {
      if (wanted.kind === 'ray') return testCluster(driverOptions(), wanted, signal);
      throw new WorkbenchError('usage.invalid', 'This machine needs no test: name the address of a cluster.');
    },
    install: () =>
      jobs.start({ kind: 'install', subject: 'Ray' }, async (tell, signal) => {
        await installRay(files, (stage) => tell({ stage }), signal);
        return 'Ray';
      }),
  };
}

/** What cannot be read is no reason not to work. */
function readChoice(file: string, log: ChoiceParts['log']): ExecutorSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { kind: 'local' };
  }
  try {
    return executorSchema.parse(JSON.parse(text));
  } catch (error) {
    log.warn({ file, error: faultOf(error) }, 'the choice of an executor cannot be read: this machine trains');
    return { kind: 'local' };
  }
}

function writeChoice(file: string, settings: ExecutorSettings): void {
  inWordsOf(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeWhole(file, `${JSON.stringify(settings, undefined, 2)}\n`);
  });
}
