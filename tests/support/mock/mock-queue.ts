/** A queue of runs that never comes to its next: for views of it. */
import type { QueueView } from '../../../src/bridge/schemas/queue.ts';
import type { HostEvent, RunSummaryView } from '../../../src/bridge/schemas/records.ts';
import type { BridgeClient } from '../../../src/bridge/client.ts';

interface MockQueueParts {
  readonly emit: (event: HostEvent) => void;
  readonly nameOf: (id: string) => string;
  readonly start: (name: string) => RunSummaryView;
  readonly resume: (id: string) => RunSummaryView;
}

export function mockQueue({ emit, nameOf, start, resume }: MockQueueParts): BridgeClient['queue'] {
  let ids: readonly string[] = [];
  let held: string | undefined;
  const view = (): QueueView => ({ runs: ids.map((id) => ({ id, name: nameOf(id) })), ...(held && { held }) });
  const set = (next: readonly string[], why = held): QueueView => {
    ids = next;
    held = why;
    emit({ type: 'queue.changed', queue: view() });
    return view();
  };
  const without = (gone: readonly string[]): readonly string[] => ids.filter((id) => !gone.includes(id));
  return {
    get: async () => view(),
    enqueue: async ({ searches }) => {
      const made = searches.map(({ name }) => start(name));
      set([...ids, ...made.map(({ run }) => run.id)]);
      return made;
    },
    add: async ({ ids: more }) => set([...without(more), ...more]),
    remove: async ({ ids: gone }) => set(without(gone)),
    move: async ({ id, place }) => set(without([id]).toSpliced(place, 0, id)),
    hold: async () => set(ids, 'By you.'),
    goOn: async () => set(ids, ''),
    jump: async ({ id }) => (set(without([id])), resume(id)),
  };
}
