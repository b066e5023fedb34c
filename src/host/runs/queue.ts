/**
 * Runs that wait for the machine: when one has left it, the next begins. The order is the store's,
 * and outlives the program; whether the queue is held is this session's, and a session that finds a
 * queue begins with it held.
 */
import type { QueueView } from '../../bridge/schemas/queue.ts';
import { ERROR_KINDS, messageOf, WorkbenchError } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { QueuedRun, WritableStore } from '../../store/store.ts';
import type { LiveEvents } from '../live-events.ts';
import type { Log } from '../log.ts';

export interface RunQueueParts {
  readonly store: Pick<WritableStore, 'queue' | 'setQueue' | 'setRunState' | 'run'>;
  readonly live: Pick<LiveEvents, 'publish'>;
  readonly log: Log;
  /** False as soon as the session ends. */
  readonly isOpen: () => boolean;
  /** Whether a run is on the machine, or on its way there. */
  readonly isBusy: () => boolean;
  /** Goes on with a run. */
  readonly begin: (id: string) => Promise<unknown>;
  /** Tells everybody how the run stands now. */
  readonly announce: (id: string) => void;
}

const BEGAN_ANEW = 'The program was started anew.';
const HELD = 'By you.';

interface Hold {
  readonly why: string;
  /** It ends when something is gone on with. */
  readonly isOfPause: boolean;
}

export type RunQueue = ReturnType<typeof createRunQueue>;

export function createRunQueue({ store, live, log, isOpen, isBusy, begin, announce }: RunQueueParts) {
  let held: Hold | undefined = store.queue().length > 0 ? { why: BEGAN_ANEW, isOfPause: false } : undefined;
  /** Another run is to go first: what leaves the machine now makes room for it. */
  let isJumped = false;
  let told = JSON.stringify(view());

  const idsNow = (): readonly string[] => store.queue().map(({ id }) => id);
  const others = (ids: readonly string[]): readonly string[] => idsNow().filter((id) => !ids.includes(id));

  function view(): QueueView {
    return { runs: [...store.queue()], ...(held && { held: held.why }) };
  }

  /** To everybody, where it is another one than was told last. */
  function tell(): QueueView {
    if (store.queue().length === 0 && held?.why !== HELD) held = undefined;
    const now = view();
    const written = JSON.stringify(now);
    if (written !== told) live.publish({ type: 'queue.changed', queue: now });
    told = written;
    return now;
  }

  function hold(why: string, isOfPause = false): QueueView {
    held ??= { why, isOfPause };
    return tell();
  }

  /** Never rejects. A run that cannot begin by its own fault leaves the queue and says why; a fault
   * that every other would meet holds it. */
  async function next(): Promise<void> {
    try {
      await beginNext();
      // A session that ends has nobody to tell.
      if (isOpen()) tell();
    } catch (error) {
      // What is not written down is not done: the order stays as it is on disk.
      log.error({ error: messageOf(error) }, 'the queue could not be written down');
      held ??= { why: `It could not be written down: ${messageOf(error)}`, isOfPause: false };
    }
  }

  async function beginNext(): Promise<void> {
    while (isOpen() && held === undefined && !isJumped && !isBusy()) {
      const [first] = store.queue();
      if (first === undefined) return;
      try {
        await begin(first.id);
      } catch (error) {
        if (isBusy() || !isOpen()) return;
        passOver(first, error);
      }
    }
  }

  function passOver({ id, name }: QueuedRun, error: unknown): void {
    const code: ErrorCode = error instanceof WorkbenchError ? error.code : 'internal';
    log.warn({ run: id, error: messageOf(error) }, 'a run of the queue could not begin');
    if (ERROR_KINDS[code] !== 'input') {
      hold(`"${name}" could not begin: ${messageOf(error)}`);
      return;
    }
    store.setQueue(others([id]));
    store.setRunState(id, 'paused', `Its turn came, and it could not begin: ${messageOf(error)}`);
    announce(id);
  }

  /** After a change of the person's. */
  function changed(ids: readonly string[]): QueueView {
    store.setQueue(ids);
    void next();
    return tell();
  }

  return {
    view,
    tell,
    /** Those that begin by themselves. */
    due: () => (held === undefined ? idsNow() : []),
    hold: (why = HELD) => hold(why),
    /** The person paused what ran: the others wait until something is gone on with. */
    holdForPause: (name: string) => store.queue().length > 0 && hold(`You paused "${name}".`, true),
    /** The person goes on with a run. */
    forgetPause: () => {
      if (held?.isOfPause) held = undefined;
    },
    goOn: () => {
      held = undefined;
      void next();
      return tell();
    },
    next,
    add: (ids: readonly string[]) => changed([...idsNow(), ...ids]),
    remove: (ids: readonly string[]) => changed(others(ids)),
    /** `place`: from 0, among the others. */
    move: (id: string, place: number) => {
      if (!idsNow().includes(id)) {
        throw new WorkbenchError('run.state', 'It does not wait in the queue any more.');
      }
      return changed(others([id]).toSpliced(place, 0, id));
    },
    /** `rest` makes the machine free, and gives the id of the run that it paused, which is the next
     * one from then on. Nothing of the queue begins meanwhile. */
    jump: async <T>(id: string, rest: () => Promise<string | undefined>, start: () => Promise<T>): Promise<T> => {
      isJumped = true;
      try {
        const paused = await rest();
        const waiting = others([id]);
        if (paused !== undefined && store.run(paused)?.state === 'paused') store.setQueue([paused, ...waiting]);
        return await start();
      } finally {
        isJumped = false;
        void next();
      }
    },
  };
}
