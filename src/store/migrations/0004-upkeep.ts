/** What people write onto runs and students, the trash, views of the list, and what lists are
 * filtered by. */
import type { Migration } from './migration.ts';

export const upkeep: Migration = {
  version: 4,
  name: 'upkeep',
  up: (db) => {
    db.exec(`
      ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
      ALTER TABLE run ADD COLUMN trashed_at TEXT;
      ALTER TABLE run ADD COLUMN front_only INTEGER NOT NULL DEFAULT 0 CHECK (front_only IN (0, 1));
      ALTER TABLE run ADD COLUMN strategy TEXT AS (config ->> '$.strategy.id') VIRTUAL;
      ALTER TABLE run ADD COLUMN dataset TEXT AS (config ->> '$.dataset') VIRTUAL;
      ALTER TABLE run ADD COLUMN teacher TEXT AS (config ->> '$.teacher') VIRTUAL;
      CREATE INDEX run_strategy ON run (strategy);
      CREATE INDEX run_dataset ON run (dataset);
      CREATE INDEX run_teacher ON run (teacher);

      CREATE TABLE run_tag (
        run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        tag TEXT NOT NULL,
        tag_folded TEXT NOT NULL,
        PRIMARY KEY (run_id, tag_folded)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX run_tag_folded ON run_tag (tag_folded);

      CREATE TABLE trial_note (
        trial_id TEXT PRIMARY KEY REFERENCES trial (id) ON DELETE CASCADE,
        note TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE saved_view (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        name_folded TEXT NOT NULL UNIQUE,
        content TEXT NOT NULL
      ) STRICT;
    `);
  },
};
