/** The host's side of the ask worker: a promise per request; a worker that dies is replaced, and
 * the log folded again. */
import { WorkbenchError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import type { Explanation } from '../../core/strategies/explain.ts';
import type { AskedEvent } from '../../core/strategies/strategy.ts';
import type { DoctorReport } from '../../store/upkeep/doctor.ts';
import type { Waste } from '../../store/upkeep/waste.ts';
import type {
  AskAnswer,
  AskRequest,
  BackUpOrder,
  Diagnosis,
  FamilySurvey,
  Numbered,
  ProblemDescriptor,
  SpaceDescriptor,
} from './ask-protocol.ts';
import { endProcess, startProcess } from './own-process.ts';
import { nodeBinary, processEntry } from './process-entry.ts';
import { soundLog } from '../runs/context.ts';
import { readLog } from '../slices.ts';
import type { LogReader } from '../slices.ts';
import { createPlaces } from '../turns.ts';

/** A strategy in play. */
export interface Asker {
  /** `event` stands in the log already. */
  fold(event: RunEvent): Promise<void>;
  ask(count: number): Promise<AskedEvent>;
  close(): Promise<void>;
}

interface Worker {
  call(request: AskRequest): Promise<AskAnswer>;
  close(): Promise<void>;
}

class WorkerDied extends Error {}

/** A window can ask for any number of them at once, and each is a process. */
const inPlace = createPlaces(4);

/** `log` gives the run's log as it stands; it is read at the start and whenever a worker has to be
 * replaced. */
export async function openAsker(
  problem: ProblemDescriptor,
  log: LogReader,
  entry = processEntry('ask-worker'),
): Promise<Asker> {
  let worker = await open();

  async function open(): Promise<Worker> {
    const fresh = startWorker(entry);
    try {
      await tell(fresh, soundLog(problem, log));
      await fresh.call({ type: 'open', problem });
      return fresh;
    } catch (error) {
      await fresh.close();
      throw machineFault(error);
    }
  }

  /** Once more after a death: a second one in a row is the caller's to hear of. */
  async function callAgain(request: AskRequest): Promise<AskAnswer> {
    try {
      return await worker.call(request);
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
    }
    worker = await open();
    // The log that was just folded has the event of a `fold` request in it.
    if (request.type === 'fold') return { type: 'done' };
    return worker.call(request).catch((error: unknown) => {
      throw machineFault(error);
    });
  }

  return {
    fold: async (event) => void (await callAgain({ type: 'fold', event })),
    ask: async (count) => {
      const answer = await callAgain({ type: 'ask', count });
      if (answer.type === 'asked') return answer.event;
      throw new WorkbenchError('internal', `The ask worker answered "${answer.type}" to a question.`);
    },
    close: () => worker.close(),
  };
}

/** Costs of every student of the families, computed off the host's thread. */
export async function surveySpace(space: SpaceDescriptor): Promise<readonly FamilySurvey[]> {
  const answer = await inPlace(() => callOnce({ type: 'survey', space }));
  if (answer.type === 'surveyed') return answer.families;
  throw new WorkbenchError('internal', `The worker answered "${answer.type}" to a survey.`);
}

/** Follows the whole log once more, off the host's thread. */
export async function explainLog(problem: ProblemDescriptor, log: LogReader): Promise<Explanation> {
  const known = soundLog(problem, log);
  const answer = await inPlace(() => callOnce({ type: 'explain', problem }, { log: known }));
  if (answer.type === 'explained') return answer.explanation;
  throw new WorkbenchError('internal', `The worker answered "${answer.type}" to a wish for an explanation.`);
}

/** Hashes every checkpoint: that takes time in a large workspace. `searching`: a run is adding to
 * it meanwhile. */
export async function examineWorkspace(workspace: string, searching: boolean): Promise<DoctorReport> {
  const session = searching ? 'another' : 'ours';
  const answer = await inPlace(() => callOnce({ type: 'examine', workspace, session }));
  if (answer.type === 'examined') return answer.report;
  throw new WorkbenchError('internal', `The worker answered "${answer.type}" to an examination.`);
}

/** What takes space without need. `fence`: of the session that has the workspace open. */
export async function findWaste(workspace: string, fence: string): Promise<Waste> {
  const answer = await inPlace(() => callOnce({ type: 'findWaste', workspace, fence }));
  if (answer.type === 'wasteFound') return answer.waste;
  throw new WorkbenchError('internal', `The worker answered "${answer.type}" to a search for waste.`);
}

/** Gives the database's free pages back to the disk, beside a session that rests. */
export async function compactDatabase(database: string): Promise<void> {
  await callOnce({ type: 'compact', database });
}

/** Copies the database beside the session that has it open; gives the copy's name. `signal` gives
 * the copy up. */
export async function backUpDatabase(order: BackUpOrder, signal?: AbortSignal): Promise<string> {
  const answer = await callOnce({ type: 'backUp', ...order }, { signal });
  if (answer.type === 'backedUp') return answer.name;
  throw new WorkbenchError('internal', `The worker answered "${answer.type}" to a wish for a copy.`);
}

/** What is wrong, with what can be done about it, while nothing is searched or trained. */
export async function diagnoseWorkspace(workspace: string): Promise<Diagnosis> {
  const answer = await inPlace(() => callOnce({ type: 'diagnose', workspace }));
  if (answer.type === 'diagnosed') return answer;
  throw new WorkbenchError('internal', `The worker answered "${answer.type}" to a diagnosis.`);
}

/** A long log goes over in parts: to put it into one message would hold the host up. */
async function tell(worker: Worker, log: LogReader): Promise<void> {
  await readLog(log, (events) => worker.call({ type: 'hear', events }));
}

async function callOnce(
  request: AskRequest,
  { signal, log }: { readonly signal?: AbortSignal | undefined; readonly log?: LogReader } = {},
): Promise<AskAnswer> {
  const worker = startWorker(processEntry('ask-worker'));
  const giveUp = (): void => void worker.close();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    if (log !== undefined) await tell(worker, log);
    return await worker.call(request);
  } catch (error) {
    throw machineFault(error);
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await worker.close();
  }
}

function startWorker(entry: string): Worker {
  const own = startProcess(entry, nodeBinary(undefined));
  const pending = new Map<number, { resolve(answer: AskAnswer): void; reject(error: Error): void }>();
  let number = 0;
  let death: WorkerDied | undefined;

  void own.gone.then((how) => {
    death = new WorkerDied(`${how}.${own.tail()}`);
    for (const { reject } of pending.values()) reject(death);
    pending.clear();
  });
  own.child.on('message', (message) => {
    // Sound: the other end of this channel is our own worker.
    const { number: answered, body } = message as Numbered<AskAnswer>;
    const caller = pending.get(answered);
    pending.delete(answered);
    if (body.type !== 'refused') caller?.resolve(body);
    else caller?.reject(new WorkbenchError(body.code, body.message, body.place));
  });

  function call(body: AskRequest): Promise<AskAnswer> {
    if (death !== undefined) return Promise.reject(death);
    return new Promise((resolve, reject) => {
      number += 1;
      pending.set(number, { resolve, reject });
      // a failed send is followed by `exit`
      own.child.send({ number, body } satisfies Numbered<AskRequest>, () => undefined);
    });
  }

  return { call, close: () => endProcess(own) };
}

function machineFault(error: unknown): unknown {
  if (!(error instanceof WorkerDied)) return error;
  return new WorkbenchError('internal', `A worker of the host died: ${error.message}`, {}, { cause: error });
}
