/** What people write onto runs and students: tags and notes. */
import type { Connection } from '../database.ts';
import { byLetters, foldName } from '../summaries.ts';

export function tagReader(db: Connection) {
  const ofRun = db.prepare<[string], string>('SELECT tag FROM run_tag WHERE run_id = ?').pluck();
  return (runId: string): readonly string[] => ofRun.all(runId).sort(byLetters);
}

export function noteReader(db: Connection) {
  const ofRun = db.prepare<[string], string>('SELECT note FROM run WHERE id = ?').pluck();
  const ofTrial = db.prepare<[string], string>('SELECT note FROM trial_note WHERE trial_id = ?').pluck();
  return {
    runNote: (id: string): string => ofRun.get(id) ?? '',
    trialNote: (id: string): string => ofTrial.get(id) ?? '',
  };
}

/** Calls belong inside a transaction of the store. */
export function labelWriter(db: Connection) {
  const add = db.prepare<[string, string, string]>(
    'INSERT INTO run_tag (run_id, tag, tag_folded) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const remove = db.prepare<[string, string]>('DELETE FROM run_tag WHERE run_id = ? AND tag_folded = ?');
  const setTrial = db.prepare<[string, string]>(
    'INSERT INTO trial_note (trial_id, note) VALUES (?, ?) ON CONFLICT (trial_id) DO UPDATE SET note = excluded.note',
  );
  const clearTrial = db.prepare<[string]>('DELETE FROM trial_note WHERE trial_id = ?');
  return {
    tag: (runId: string, tags: readonly string[]) => tags.forEach((tag) => add.run(runId, tag, foldName(tag))),
    untag: (runId: string, tags: readonly string[]) => tags.forEach((tag) => remove.run(runId, foldName(tag))),
    setTrialNote: (trialId: string, note: string) => {
      if (note === '') clearTrial.run(trialId);
      else setTrial.run(trialId, note);
    },
  };
}
