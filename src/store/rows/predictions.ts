/** Softmax outputs of finished trials on the validation split. */
import type { Connection } from '../database.ts';
import { fromHalfFloats, toHalfFloats } from './half-floats.ts';
import { assertPredictions } from '../rules.ts';
import type { PredictionsRow } from '../store.ts';

export function predictionReader(db: Connection) {
  const one = db.prepare<[string], { count: number; classes: number; probabilities: Buffer }>(
    'SELECT count, classes, probabilities FROM prediction WHERE trial_id = ?',
  );
  return {
    predictions: (trialId: string): PredictionsRow | undefined => {
      const row = one.get(trialId);
      return row && { ...row, probabilities: fromHalfFloats(row.probabilities) };
    },
  };
}

export function predictionWriter(db: Connection) {
  const insert = db.prepare<[string, number, number, Buffer]>(
    'INSERT INTO prediction (trial_id, count, classes, probabilities) VALUES (?, ?, ?, ?)',
  );
  return {
    insert: (trialId: string, row: PredictionsRow) => {
      assertPredictions(trialId, row);
      insert.run(trialId, row.count, row.classes, toHalfFloats(row.probabilities));
    },
  };
}
