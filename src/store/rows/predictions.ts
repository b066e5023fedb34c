/**
 * Softmax outputs of finished trials on the validation split, as half floats: 2 bytes a value, 11
 * bits of precision (about 3 decimal digits), which is all that a confusion matrix or a calibration
 * curve needs. Little-endian, as on every platform the workbench runs on.
 */
import type { Connection } from '../database.ts';
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

/** `[count * classes]` -> bytes of the same length times 2. */
function toHalfFloats(values: Float32Array): Buffer {
  return Buffer.from(Float16Array.from(values).buffer);
}

function fromHalfFloats(bytes: Uint8Array): Float32Array {
  // A blob read from SQLite may start at an odd offset of a shared buffer: slicing gives it a
  // buffer of its own.
  return Float32Array.from(new Float16Array(Uint8Array.from(bytes).buffer));
}

export const testing = { toHalfFloats, fromHalfFloats };
