/** The ordered log of a run: appended to, never changed. */
import { openSearch, toldOf, type RunEvent } from '../../core/records/events.ts';
import type { Connection } from '../database.ts';
import { readJson, writeJson } from '../numbers.ts';
import type { Searches, Slice, StoredEvent } from '../store.ts';

interface EventRow {
  readonly seq: number;
  readonly json: string;
  readonly created_at: string;
}

export function eventReader(db: Connection) {
  const ofRun = db.prepare<[string, number, number], EventRow>(
    'SELECT seq, json, created_at FROM event WHERE run_id = ? AND seq >= ? ORDER BY seq LIMIT ?',
  );
  const next = db.prepare<[string], number>('SELECT coalesce(max(seq) + 1, 0) FROM event WHERE run_id = ?').pluck();
  const ofSearches = db
    .prepare<[string], string>(
      `SELECT json FROM event WHERE run_id = ?
         AND (type = 'searched' OR type = 'asked' AND json -> '$.search' IS NOT NULL) ORDER BY seq`,
    )
    .pluck();
  const ofOneShot = db.prepare<[string], EventRow>(
    `SELECT seq, json, created_at FROM event WHERE run_id = ?
       AND (type IN ('mixed', 'searched') OR type = 'asked' AND json -> '$.search' IS NOT NULL) ORDER BY seq`,
  );
  const storedOf = (row: EventRow): StoredEvent => ({
    // Written by append below, from a RunEvent.
    ...{ seq: row.seq, at: row.created_at, event: readJson(row.json) as RunEvent },
  });
  return {
    searchEvents: (runId: string): readonly StoredEvent[] => ofOneShot.all(runId).map(storedOf),
    searches: (runId: string): Searches => {
      const log = ofSearches.all(runId).map((json) => readJson(json) as RunEvent);
      return { asked: log.filter(({ type }) => type === 'asked').length, open: openSearch(log) };
    },
    eventCount: (runId: string): number => next.get(runId) ?? 0,
    events: (runId: string, { offset = 0, limit = -1 }: Slice = {}): readonly StoredEvent[] =>
      ofRun.all(runId, offset, limit).map(storedOf),
  };
}

/** Calls belong inside a transaction of the store: that is what keeps `seq` without gaps. */
export function eventWriter(db: Connection) {
  const insert = db.prepare<[string, string, string, number | null, string, string]>(`
    INSERT INTO event (run_id, seq, type, trial, json, created_at)
    VALUES (?, (SELECT coalesce(max(seq) + 1, 0) FROM event WHERE run_id = ?), ?, ?, ?, ?)`);
  return {
    /** Returns the event as everybody who reads the log will find it. */
    append: (runId: string, event: RunEvent, at: string): RunEvent => {
      const json = writeJson(event);
      insert.run(runId, runId, event.type, toldOf(event) ?? null, json, at);
      return readJson(json) as RunEvent;
    },
  };
}
