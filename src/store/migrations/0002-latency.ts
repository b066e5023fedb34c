/** Raw timings of forward passes, each measurement a row of its own: nothing measured is
 * overwritten. */
import type { Migration } from './migration.ts';

export const latency: Migration = {
  version: 2,
  name: 'latency',
  up: (db) => {
    db.exec(`
      -- "timings": milliseconds of each pass as 32-bit floats, little-endian.
      CREATE TABLE latency (
        number INTEGER PRIMARY KEY,
        trial_id TEXT NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
        engine TEXT NOT NULL,
        batch INTEGER NOT NULL CHECK (batch > 0),
        version TEXT NOT NULL,
        device TEXT NOT NULL,
        threads INTEGER NOT NULL,
        warmup_passes INTEGER NOT NULL,
        other_load ANY NOT NULL,
        timings BLOB NOT NULL CHECK (length(timings) % 4 = 0),
        measured_at TEXT NOT NULL
      ) STRICT;
      CREATE INDEX latency_trial ON latency (trial_id);
    `);
  },
};
