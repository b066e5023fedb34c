/** The index of files of searches: each has at most one, replaced as it goes on. */
import type { Connection } from '../database.ts';
import type { SupernetRow } from '../store.ts';

const COLUMNS = 'run_id AS runId, search, epoch, file, bytes, sha256';

export function supernetReader(db: Connection) {
  // A database of an earlier schema is read as it is.
  const isThere = db.prepare<[]>(`SELECT 1 FROM sqlite_schema WHERE name = 'supernet'`).get() !== undefined;
  if (!isThere) return { supernets: (): readonly SupernetRow[] => [] };
  const all = db.prepare<[], SupernetRow>(`SELECT ${COLUMNS} FROM supernet ORDER BY run_id, search`);
  const ofRun = db.prepare<[string], SupernetRow>(`SELECT ${COLUMNS} FROM supernet WHERE run_id = ? ORDER BY search`);
  return {
    supernets: (runId?: string): readonly SupernetRow[] => (runId === undefined ? all.all() : ofRun.all(runId)),
  };
}

/** Calls belong inside a transaction of the store, at full durability: files are removed on the
 * strength of these rows. */
export function supernetWriter(db: Connection) {
  const remove = db
    .prepare<[string, number], string>('DELETE FROM supernet WHERE run_id = ? AND search = ? RETURNING file')
    .pluck();
  const insert = db.prepare<[string, number, number, string, number, string]>(
    'INSERT INTO supernet (run_id, search, epoch, file, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return {
    /** Returns the file that no row names any more. */
    remove: (runId: string, search: number): string | undefined => remove.get(runId, search),
    replace: ({ runId, search, epoch, file, bytes, sha256 }: SupernetRow): string | undefined => {
      const old = remove.get(runId, search);
      insert.run(runId, search, epoch, file, bytes, sha256);
      return old === file ? undefined : old;
    },
  };
}
