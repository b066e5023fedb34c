/** The host's side of the archive worker: one order a process; a signal ends it at once. */
import { WorkbenchError } from '../../core/errors.ts';
import type { ArchiveAnswer, Packed, PackOrder, Staged, UnpackOrder } from './protocol.ts';
import { endProcess, startProcess } from '../processes/own-process.ts';
import { nodeBinary, processEntry } from '../processes/process-entry.ts';

export interface ArchiveProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

type Tell = (progress: ArchiveProgress) => void;

/** Undefined where it was stopped. Throws `run.missing`, `run.state`, `checkpoint.corrupt`,
 * `disk.full`. */
export async function packArchive(
  order: Omit<PackOrder, 'type'>,
  tell: Tell,
  signal?: AbortSignal,
): Promise<Packed | undefined> {
  const answer = await run({ type: 'pack', ...order }, tell, signal);
  if (answer === undefined) return undefined;
  if (answer.type === 'packed') return { bytes: answer.bytes, runs: answer.runs, notes: answer.notes };
  throw new WorkbenchError('internal', `The archive worker answered "${answer.type}" to an order to pack.`);
}

/** Undefined where it was stopped. Throws `usage.invalid`, `workspace.newer`, `disk.full`. */
export async function unpackArchive(
  order: Omit<UnpackOrder, 'type'>,
  tell: Tell,
  signal?: AbortSignal,
): Promise<Staged | undefined> {
  const answer = await run({ type: 'unpack', ...order }, tell, signal);
  if (answer === undefined) return undefined;
  if (answer.type === 'unpacked') return answer.staged;
  throw new WorkbenchError('internal', `The archive worker answered "${answer.type}" to an order to unpack.`);
}

async function run(
  order: PackOrder | UnpackOrder,
  tell: Tell,
  signal: AbortSignal | undefined,
): Promise<ArchiveAnswer | undefined> {
  if (signal?.aborted) return undefined;
  const own = startProcess(processEntry('archive-worker'), nodeBinary(undefined));
  const stop = (): void => void endProcess(own);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<ArchiveAnswer>((resolve, reject) => {
      own.child.on('message', (message) => {
        // Sound: the other end of this channel is our own worker.
        const answer = message as ArchiveAnswer;
        if (answer.type === 'progress') tell({ stage: answer.stage, done: answer.done, total: answer.total });
        else if (answer.type === 'refused') reject(new WorkbenchError(answer.code, answer.message, answer.place));
        else resolve(answer);
      });
      void own.gone.then((how) =>
        reject(new WorkbenchError('internal', `The archive's process died: ${how}.${own.tail()}`)),
      );
      own.child.send(order, () => undefined); // a failed send is followed by `exit`
    });
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await endProcess(own);
  }
}
