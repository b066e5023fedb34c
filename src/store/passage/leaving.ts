/** Runs on their way out: some students at a time, since a large run takes seconds to delete, in
 * which nobody else would be answered. */
import type { Connection } from '../database.ts';
import { LEAVING, passageReader, setMark } from './passage.ts';

/** What one step removes: some thirty milliseconds of work. */
const TRIALS = 100;
const EVENTS = 1000;

/** Calls belong inside a transaction of the store. */
export function leavingWriter(db: Connection) {
  const { passage } = passageReader(db);
  const chosen = '(SELECT id FROM trial WHERE run_id = ? ORDER BY number DESC LIMIT ?)';
  const files = db.prepare<[string, number], string>(`SELECT file FROM checkpoint WHERE trial_id IN ${chosen}`).pluck();
  const supernets = db.prepare<[string], string>('DELETE FROM supernet WHERE run_id = ? RETURNING file').pluck();
  const trials = db.prepare<[string, number]>(`DELETE FROM trial WHERE id IN ${chosen}`);
  const events = db.prepare<[string, string, number]>(
    'DELETE FROM event WHERE run_id = ? AND seq IN (SELECT seq FROM event WHERE run_id = ? ORDER BY seq DESC LIMIT ?)',
  );
  return {
    mark: (runId: string, isLeaving: boolean) => {
      const others = passage().leaving.filter((id) => id !== runId);
      setMark(db, LEAVING, undefined);
      setMark(db, LEAVING, isLeaving ? [...others, runId] : others);
    },
    /** `isLast`: nothing of it is left but its own row. */
    removePart: (runId: string): { readonly files: readonly string[]; readonly isLast: boolean } => {
      const left = [...files.all(runId, TRIALS), ...supernets.all(runId)];
      const removed = [trials.run(runId, TRIALS).changes < TRIALS, events.run(runId, runId, EVENTS).changes < EVENTS];
      return { files: left, isLast: removed.every(Boolean) };
    },
  };
}
