/** The host's side of the strategy worker. One that dies is replaced, and the log folded again. */
import type { RunEvent } from '../../core/records/events.ts';
import type { Explanation } from '../../core/strategies/explain.ts';
import type { AskedEvent } from '../../core/strategies/strategy.ts';
import { soundLog } from '../runs/context.ts';
import { readLog } from '../slices.ts';
import type { LogReader } from '../slices.ts';
import { briefly, ProcessDied, startWorker } from './channel.ts';
import type { Worker } from './channel.ts';
import type { ProblemDescriptor, SpaceDescriptor } from './problem.ts';
import { processEntry } from './process-entry.ts';
import type { FamilySurvey, StrategyWorker } from './strategy-worker.ts';

/** A strategy in play. */
export interface Asker {
  /** `event` stands in the log already. */
  fold(event: RunEvent): Promise<void>;
  ask(count: number): Promise<AskedEvent>;
  close(): Promise<void>;
}

/** `log` gives the run's log as it stands; it is read at the start and whenever a worker has to be
 * replaced. */
export async function openAsker(
  problem: ProblemDescriptor,
  log: LogReader,
  entry = processEntry('strategy-worker'),
): Promise<Asker> {
  let worker = await open();
  let isClosed = false;

  async function open(): Promise<Worker<StrategyWorker>> {
    const fresh = startWorker<StrategyWorker>(entry);
    try {
      // In parts: to put a long log into one message would hold the host up.
      await readLog(soundLog(problem, log), fresh.remote.hear);
      await fresh.remote.open(problem);
      return fresh;
    } catch (error) {
      await fresh.close();
      throw error;
    }
  }

  /** Once more after a death: a second one in a row is the caller's to hear of. */
  async function surviving<T>(work: () => Promise<T>, again = work): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isClosed || !(error instanceof ProcessDied)) throw error;
    }
    worker = await open();
    return again();
  }

  // The log that is folded after a death has the event in it.
  const isFolded = (): Promise<void> => Promise.resolve();
  return {
    fold: (event) => surviving(() => worker.remote.fold(event), isFolded),
    ask: (count) => surviving(() => worker.remote.ask(count)),
    close: async () => {
      isClosed = true;
      await worker.close();
    },
  };
}

/** Costs of every student of the families. */
export function surveySpace(space: SpaceDescriptor): Promise<readonly FamilySurvey[]> {
  return briefly<StrategyWorker, readonly FamilySurvey[]>(processEntry('strategy-worker'), ({ survey }) =>
    survey(space),
  );
}

/** Follows the whole log once more. */
export function explainLog(problem: ProblemDescriptor, log: LogReader): Promise<Explanation> {
  const sound = soundLog(problem, log);
  return briefly<StrategyWorker, Explanation>(processEntry('strategy-worker'), async ({ hear, explain }) => {
    await readLog(sound, hear);
    return explain(problem);
  });
}
