/** Students that begin with the weights of others, and networks of a run that hold all students of
 * a family. */
import type { Migration } from './migration.ts';

export const tasks: Migration = {
  version: 7,
  name: 'tasks',
  up: (db) =>
    db.exec(`
      -- NULL: its weights are drawn by its seed.
      ALTER TABLE trial ADD COLUMN warm_start TEXT CHECK (warm_start IS NULL OR json_valid(warm_start));

      -- A search has one file: what it goes on from, and what it has learned once it has ended.
      CREATE TABLE supernet (
        run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        search INTEGER NOT NULL CHECK (search >= 0),
        epoch INTEGER NOT NULL CHECK (epoch >= 0),
        file TEXT NOT NULL UNIQUE,
        bytes INTEGER NOT NULL CHECK (bytes >= 0),
        sha256 TEXT NOT NULL,
        PRIMARY KEY (run_id, search)
      ) STRICT;
    `),
};
