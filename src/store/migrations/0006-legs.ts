/** Trainings that rest and go on: a state and a leg of trials, and a log that holds kinds of event
 * not known to SQL. */
import type { Migration } from './migration.ts';

export const legs: Migration = {
  version: 6,
  name: 'legs',
  up: (db) => {
    // SQLite cannot change a CHECK. Other tables refer to trial, so its column is made anew;
    // nothing refers to event.
    db.exec(`
      DROP TRIGGER trial_moved;
      DROP TRIGGER trial_created;
      DROP TRIGGER trial_deleted;
      DROP INDEX trial_running;
      ALTER TABLE trial RENAME COLUMN state TO state_before;
      ALTER TABLE trial ADD COLUMN state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'resting', 'finished', 'failed', 'interrupted', 'stopped'));
      UPDATE trial SET state = state_before;
      ALTER TABLE trial DROP COLUMN state_before;
      -- NULL: trained to its end.
      ALTER TABLE trial ADD COLUMN leg TEXT CHECK (leg IS NULL OR json_valid(leg));
      CREATE INDEX trial_running ON trial (state) WHERE state = 'running';
      CREATE TRIGGER trial_created AFTER INSERT ON trial BEGIN
        INSERT INTO trial_count (run_id, state, trials) VALUES (new.run_id, new.state, 1)
          ON CONFLICT (run_id, state) DO UPDATE SET trials = trials + 1;
      END;
      CREATE TRIGGER trial_moved AFTER UPDATE OF state ON trial WHEN new.state <> old.state BEGIN
        UPDATE trial_count SET trials = trials - 1 WHERE run_id = old.run_id AND state = old.state;
        INSERT INTO trial_count (run_id, state, trials) VALUES (new.run_id, new.state, 1)
          ON CONFLICT (run_id, state) DO UPDATE SET trials = trials + 1;
      END;
      CREATE TRIGGER trial_deleted AFTER DELETE ON trial BEGIN
        UPDATE trial_count SET trials = trials - 1 WHERE run_id = old.run_id AND state = old.state;
      END;

      DROP INDEX event_outcome;
      ALTER TABLE event RENAME TO event_of_three_kinds;
      -- "trial" is set where an event tells of one. A trial has one outcome: it is told of or failed, once.
      CREATE TABLE event (
        run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL CHECK (seq >= 0),
        type TEXT NOT NULL,
        trial INTEGER,
        json TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (run_id, seq)
      ) STRICT;
      INSERT INTO event SELECT * FROM event_of_three_kinds;
      DROP TABLE event_of_three_kinds;
      CREATE UNIQUE INDEX event_outcome ON event (run_id, trial) WHERE type IN ('told', 'failed');
    `);
  },
};
