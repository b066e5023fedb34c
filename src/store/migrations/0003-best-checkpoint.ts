/** A trial may keep the weights of its best epoch beside those of its last: a third kind of
 * checkpoint. */
import type { Migration } from './migration.ts';

export const bestCheckpoint: Migration = {
  version: 3,
  name: 'best-checkpoint',
  up: (db) => {
    // SQLite cannot change a CHECK: the table is made anew. Nothing refers to it.
    db.exec(`
      ALTER TABLE checkpoint RENAME TO checkpoint_of_two_kinds;
      CREATE TABLE checkpoint (
        trial_id TEXT NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('final', 'best', 'epoch')),
        epoch INTEGER NOT NULL CHECK (epoch >= 0),
        file TEXT NOT NULL UNIQUE,
        bytes INTEGER NOT NULL CHECK (bytes >= 0),
        sha256 TEXT NOT NULL,
        PRIMARY KEY (trial_id, kind)
      ) STRICT;
      INSERT INTO checkpoint SELECT * FROM checkpoint_of_two_kinds;
      DROP TABLE checkpoint_of_two_kinds;
    `);
  },
};
