/** Curves: one row an epoch. */
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { Connection } from '../database.ts';
import { readNumber, writeNumber, type WrittenNumber } from '../numbers.ts';
import { assertPoint } from '../rules.ts';

interface EpochRow {
  readonly epoch: number;
  readonly train_loss: WrittenNumber;
  readonly validation_loss: WrittenNumber;
  readonly validation_accuracy: WrittenNumber;
  readonly learning_rate: WrittenNumber;
  readonly seconds: WrittenNumber;
}

export function epochReader(db: Connection) {
  const ofTrial = db.prepare<[string], EpochRow>('SELECT * FROM epoch WHERE trial_id = ? ORDER BY epoch');
  return {
    epochs: (trialId: string): readonly EpochPoint[] =>
      ofTrial.all(trialId).map((row) => ({
        epoch: row.epoch,
        trainLoss: readNumber(row.train_loss),
        validationLoss: readNumber(row.validation_loss),
        validationAccuracy: readNumber(row.validation_accuracy),
        learningRate: readNumber(row.learning_rate),
        seconds: readNumber(row.seconds),
      })),
  };
}

/** Calls belong inside a transaction of the store. */
export function epochWriter(db: Connection) {
  const last = db.prepare<[string], number | null>('SELECT max(epoch) FROM epoch WHERE trial_id = ?').pluck();
  const cut = db.prepare<[string, number]>('DELETE FROM epoch WHERE trial_id = ? AND epoch >= ?');
  const insert = db.prepare<unknown[]>('INSERT INTO epoch VALUES (?, ?, ?, ?, ?, ?, ?)');
  const count = db.prepare<[string, string]>(
    'UPDATE trial SET epochs_done = (SELECT count(*) FROM epoch WHERE trial_id = ?) WHERE id = ?',
  );
  return {
    forget: (trialId: string) => {
      cut.run(trialId, 0);
      count.run(trialId, trialId);
    },
    append: (trialId: string, point: EpochPoint) => {
      assertPoint(trialId, point.epoch, last.get(trialId) ?? undefined);
      cut.run(trialId, point.epoch);
      const { trainLoss, validationLoss, validationAccuracy, learningRate, seconds } = point;
      const numbers = [trainLoss, validationLoss, validationAccuracy, learningRate, seconds].map(writeNumber);
      insert.run(trialId, point.epoch, ...numbers);
      count.run(trialId, trialId);
    },
  };
}
