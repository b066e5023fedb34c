/** What a run was trained on: fingerprints of its data set and its teacher, computed from their
 * content. */
import type { Migration } from './migration.ts';

export const sources: Migration = {
  version: 5,
  name: 'sources',
  up: (db) => {
    // NULL: a run of an earlier version, which kept none.
    db.exec(`
      ALTER TABLE run ADD COLUMN sources TEXT CHECK (sources IS NULL OR json_valid(sources));
    `);
  },
};
