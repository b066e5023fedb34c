/** Runs that wait for the machine, in their order. */
import type { Migration } from './migration.ts';

export const queue: Migration = {
  version: 8,
  name: 'queue',
  up: (db) =>
    db.exec(`
      CREATE TABLE run_queue (
        place INTEGER PRIMARY KEY CHECK (place >= 1),
        run_id TEXT NOT NULL UNIQUE REFERENCES run (id) ON DELETE CASCADE
      ) STRICT;
    `),
};
