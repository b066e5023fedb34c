/** A trainer on a cluster as its link sees it: what it says is checked before it is believed, and
 * what it reads is sent before its order. */
import { written } from '../../../bridge/lines.ts';
import type { OrderMessage, FromTrainer, ToTrainer } from '../../../compute/protocol.ts';
import type { Kind } from '../../../compute/tasks/tasks.ts';
import { isKind } from '../../../compute/tasks/tasks.ts';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import { faultOf, z } from '../../../core/records/zod.ts';
import { PROGRAM_VERSION } from '../../version.ts';
import type { TrainerPeer } from '../trainer-link.ts';
import type { Artifacts } from './artifacts.ts';
import type { Driver, TrainerSaid } from './driver.ts';
import { opened } from './envelope.ts';

export interface RayPeer extends TrainerPeer {
  readonly id: number;
  hear(said: TrainerSaid): void;
  /** The driver is gone, and Ray ends what it had. */
  lose(how: string): void;
  /** Resolves when it can be given orders. Throws what keeps it from that, or `signal.reason`. */
  ready(signal: AbortSignal): Promise<void>;
  /** Its machine, once it has one; what it waits for before. */
  place(): { readonly node?: string; readonly machine?: string; readonly words?: string };
}

/** Its actor, its node or the connection went before it began; another place may do. */
export class PlaceLost extends WorkbenchError {}

function faultIn({ code, words }: Extract<TrainerSaid, { is: 'gone' }>): WorkbenchError {
  // Sound: the driver uses codes of ours.
  return code === null ? new PlaceLost('backend.missing', words) : new WorkbenchError(code as ErrorCode, words);
}

/** Its first line. */
const helloSchema = z.object({ version: z.string() });

interface PeerParts {
  readonly id: number;
  readonly driver: Driver;
  readonly artifacts: Artifacts;
  readonly waits: (words: string) => void;
}

export function createRayPeer({ id, driver, artifacts, waits }: PeerParts): RayPeer {
  const gone = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  begun.promise.catch(() => undefined);
  const hearers: ((message: FromTrainer) => void)[] = [];
  let place: ReturnType<RayPeer['place']> = {};
  let order: OrderMessage | undefined;
  let isGreeted = false;
  let sent: Promise<void> = Promise.resolve();

  function tell(message: FromTrainer): void {
    if (message.type === 'ready') begun.resolve();
    if (['done', 'stopped', 'failed'].includes(message.type)) order = undefined;
    for (const hear of hearers) hear(message);
  }

  function fail(code: string, message: string): void {
    if (order === undefined) return;
    const { jobId, fence } = order;
    tell({ type: 'failed', code, message, jobId, fence });
  }

  function receive(line: unknown): void {
    try {
      if (!isGreeted) return greet(line);
      tell(opened(line, order, order?.folders.temp ?? ''));
    } catch (error) {
      const words = `The worker on node ${place.node} said what no trainer says (${faultOf(error)}) and was ended.`;
      fail('trainer.failed', words);
      kill();
    }
  }

  function greet(line: unknown): void {
    const { version } = helloSchema.parse(line);
    isGreeted = true;
    if (version === PROGRAM_VERSION) return;
    const problem = `Node ${place.node} has version ${version} of the program, and this is ${PROGRAM_VERSION}.`;
    begun.reject(new WorkbenchError('backend.missing', `${problem} Install the same one on both.`));
    kill();
  }

  function hear(said: TrainerSaid): void {
    switch (said.is) {
      case 'waiting':
        place = { words: said.words };
        return waits(said.words);
      case 'opened':
        place = { node: said.node, machine: said.machine };
        return;
      case 'carrying':
        if (order) tell({ type: 'alive', jobId: order.jobId, fence: order.fence });
        return;
      case 'line':
        return receive(said.line);
      case 'gone':
        if (said.code !== null) fail(said.code, said.words);
        begun.reject(faultIn(said));
        gone.resolve(said.words);
    }
  }

  async function post(message: ToTrainer): Promise<void> {
    if (message.type !== 'order') return driver.send({ do: 'send', id, line: written(message) });
    order = message;
    try {
      if (!isKind(message.kind)) throw new WorkbenchError('internal', `There is no kind of task "${message.kind}".`);
      const { input, ...load } = await artifacts.load<Kind>(message.kind, message.input as never);
      // A worker has folders of its own.
      const line = written({ ...message, input, folders: { temp: '.', cache: '.' } });
      driver.send({ do: 'send', id, line, temp: message.folders.temp, job: message.jobId, ...load });
    } catch (error) {
      fail(error instanceof WorkbenchError ? error.code : 'trainer.failed', messageOf(error));
    }
  }

  function kill(): void {
    driver.send({ do: 'kill', id });
  }

  function lose(how: string): void {
    hear({ is: 'gone', id, words: `the process that speaks with Ray is gone: ${how}`, code: null });
  }

  async function ready(signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      begun.reject(signal.reason);
      kill();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    await begun.promise.finally(() => signal.removeEventListener('abort', stop));
  }

  return {
    ...{ id, hear, lose, ready, kill, gone: gone.promise },
    send: (message) => void (sent = sent.then(() => post(message))),
    onMessage: (hear) => void hearers.push(hear),
    tail: () => '',
    place: () => place,
  };
}
