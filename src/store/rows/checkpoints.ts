/** The index of checkpoint files: a trial has at most one of each kind, and of what to go on from
 * none once it has ended. */
import type { Connection } from '../database.ts';
import type { CheckpointRow } from '../store.ts';

const COLUMNS = 'trial_id AS trialId, kind, epoch, file, bytes, sha256';

export function checkpointReader(db: Connection) {
  const one = db.prepare<[string, string], CheckpointRow>(
    `SELECT ${COLUMNS} FROM checkpoint WHERE trial_id = ? AND kind = ?`,
  );
  const all = db.prepare<[], CheckpointRow>(`SELECT ${COLUMNS} FROM checkpoint ORDER BY trial_id, kind`);
  const weighted = db
    .prepare<[string], string>(
      `SELECT id FROM trial WHERE run_id = ?
         AND EXISTS (SELECT 1 FROM checkpoint WHERE trial_id = trial.id AND kind <> 'epoch') ORDER BY number`,
    )
    .pluck();
  return {
    withWeights: (runId: string): readonly string[] => weighted.all(runId),
    checkpoint: (trialId: string, kind: CheckpointRow['kind']) => one.get(trialId, kind),
    checkpoints: (): readonly CheckpointRow[] => all.all(),
  };
}

/** Calls belong inside a transaction of the store, at full durability: files are removed on the
 * strength of these rows. */
export function checkpointWriter(db: Connection) {
  const insert = db.prepare<[string, string, number, string, number, string]>(
    'INSERT INTO checkpoint (trial_id, kind, epoch, file, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const gone = db
    .prepare<[string, string], string>('DELETE FROM checkpoint WHERE trial_id = ? AND kind = ? RETURNING file')
    .pluck();
  /** Returns its file. */
  const remove = (trialId: string, kind: CheckpointRow['kind']): string | undefined => gone.get(trialId, kind);

  const insertRow = (row: CheckpointRow): void => {
    insert.run(row.trialId, row.kind, row.epoch, row.file, row.bytes, row.sha256);
  };

  return {
    insert: insertRow,
    remove,
    removeWeights: (trialId: string): readonly string[] =>
      [remove(trialId, 'final'), remove(trialId, 'best')].filter((file) => file !== undefined),
    /**
     * Takes the place of the trial's epoch checkpoint, whether it is the next one or the final one
     * of a trial that goes on no more; returns the file that no row names any more.
     */
    replaceEpoch: (row: CheckpointRow): string | undefined => {
      const old = remove(row.trialId, 'epoch');
      insertRow(row);
      return old === row.file ? undefined : old;
    },
  };
}
