/** Curves: one row an epoch. */
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { Connection } from '../database.ts';
import { readNumber, writeNumber, type WrittenNumber } from '../numbers.ts';
import { assertPoint } from '../rules.ts';

type EpochRow = { readonly [Column in keyof EpochPoint]: WrittenNumber };

export function epochReader(db: Connection) {
  const ofTrial = db.prepare<[string], EpochRow>(
    `SELECT epoch, train_loss AS trainLoss, validation_loss AS validationLoss,
       validation_accuracy AS validationAccuracy, learning_rate AS learningRate, seconds
     FROM epoch WHERE trial_id = ? ORDER BY epoch`,
  );
  return {
    epochs: (trialId: string): readonly EpochPoint[] =>
      ofTrial.all(trialId).map((row) => ({
        epoch: readNumber(row.epoch),
        trainLoss: readNumber(row.trainLoss),
        validationLoss: readNumber(row.validationLoss),
        validationAccuracy: readNumber(row.validationAccuracy),
        learningRate: readNumber(row.learningRate),
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
