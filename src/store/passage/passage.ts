/**
 * Runs on their way in (from an archive) or out (deleted for good). They pass some students at a
 * time, so that others are answered in between; a mark in `meta`, on disk before the first part,
 * says which are not whole. Nobody else touches those: `assertHere` refuses, copies leave them out,
 * and what a dead session left on its way is taken out by the next start.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { Connection } from '../database.ts';
import type { Passage } from '../store.ts';

export const ARRIVING = 'arriving';
export const LEAVING = 'leaving';
/** All rows are here, folders wait for their place: see `incoming.ts`. */
export const ARRIVED = 'arrived';

export function passageReader(db: Connection) {
  const name = db.prepare<[string], string>('SELECT name FROM run WHERE id = ?').pluck();
  const passage = (): Passage => ({ arriving: idsIn(db, ARRIVING), leaving: idsIn(db, LEAVING) });
  return {
    passage,
    /** Throws `workspace.busy` for a run that is not all here yet. */
    assertHere: (id: string): void => {
      if (!passage().arriving.includes(id)) return;
      throw busy(db.name, `"${name.get(id) ?? id}" is being taken in from a file`);
    },
  };
}

/** What takes `what` for granted has to wait. */
export function busy(file: string, what: string): WorkbenchError {
  return new WorkbenchError('workspace.busy', `${what}: wait for its end, or stop it, and try again.`, { file });
}

type Mark = typeof ARRIVING | typeof LEAVING | typeof ARRIVED;

/** What a mark says, its text where that is no JSON: marks may be a stranger's, or of a version
 * before. */
export function readMark(db: Connection, mark: Mark): unknown {
  const text = db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(mark);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

/** `undefined`: it goes. What waits by another one is never written over. */
export function setMark(db: Connection, mark: Mark, value: unknown): void {
  if (value === undefined) db.prepare('DELETE FROM meta WHERE key = ?').run(mark);
  else db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run(mark, JSON.stringify(value));
}

function idsIn(db: Connection, mark: Mark): readonly string[] {
  const value = readMark(db, mark);
  const list: unknown = typeof value === 'object' && value !== null && 'runs' in value ? value.runs : value;
  return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
}

/** Takes out the rows of the runs that `mark` names, and the mark. Returns the names of the runs.
 * Inside a transaction. */
export function takeOut(db: Connection, mark: typeof ARRIVING | typeof LEAVING): readonly string[] {
  const { arriving, leaving } = passageReader(db).passage();
  const remove = db.prepare<[string], string>('DELETE FROM run WHERE id = ? RETURNING name').pluck();
  const gone = (mark === ARRIVING ? arriving : leaving).flatMap((id) => remove.all(id));
  setMark(db, mark, undefined);
  return gone;
}

/**
 * As though what is on its way out had gone, and what is on its way in had never come. Returns the
 * names of the runs. Files that no row names then are the sweep's. Inside a transaction.
 */
export function settle(db: Connection): readonly string[] {
  return [...takeOut(db, ARRIVING), ...takeOut(db, LEAVING)];
}
