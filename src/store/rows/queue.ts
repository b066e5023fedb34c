/** Rows of the queue: runs that wait for the machine. */
import type { RunState } from '../../core/records/run.ts';
import type { Connection } from '../database.ts';
import { assertMayWait } from '../rules.ts';
import type { QueuedRun } from '../store.ts';

export function queueReader(db: Connection) {
  const all = db.prepare<[], QueuedRun>(
    'SELECT run.id, name FROM run_queue JOIN run ON run.id = run_id ORDER BY place',
  );
  return { queue: (): readonly QueuedRun[] => all.all() };
}

/** Calls belong inside a transaction of the store. `stateOf` throws `run.missing`. */
export function queueWriter(db: Connection, stateOf: (id: string) => RunState) {
  const { queue } = queueReader(db);
  const clear = db.prepare('DELETE FROM run_queue');
  const insert = db.prepare<[number, string]>('INSERT INTO run_queue (place, run_id) VALUES (?, ?)');
  const leave = db.prepare<[string]>('DELETE FROM run_queue WHERE run_id = ?');

  function set(ids: readonly string[]): void {
    const once = [...new Set(ids)];
    for (const id of once) assertMayWait(id, stateOf(id));
    clear.run();
    once.forEach((id, index) => insert.run(index + 1, id));
  }

  return {
    set,
    append: (ids: readonly string[]) => set([...queue().map(({ id }) => id), ...ids]),
    leave: (id: string) => void leave.run(id),
  };
}
