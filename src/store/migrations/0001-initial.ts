/**
 * The first schema. ANY columns hold written numbers (`numbers.ts`: NaN and infinities as text,
 * everything else as REAL or INTEGER). Text of type JSON is written by `writeJson`. `session` is
 * the fence of the session that set a row running.
 */
import type { Migration } from './migration.ts';

export const initial: Migration = {
  version: 1,
  name: 'initial',
  up: (db) => {
    // "TRAD": tells our files from other SQLite databases.
    db.pragma('application_id = 0x54524144');
    db.exec(`
      CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE run (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        name_folded TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'interrupted', 'finished', 'failed')),
        config TEXT NOT NULL,
        strategy_version INTEGER NOT NULL,
        reason TEXT,
        sample INTEGER NOT NULL CHECK (sample IN (0, 1)),
        session TEXT,
        created_at TEXT NOT NULL,
        finished_at TEXT,
        seconds REAL NOT NULL DEFAULT 0,
        score TEXT NOT NULL
      ) STRICT;

      CREATE TABLE trial (
        id TEXT PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        number INTEGER NOT NULL CHECK (number >= 0),
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'finished', 'failed', 'interrupted', 'stopped')),
        family TEXT NOT NULL,
        config TEXT NOT NULL,
        seed INTEGER NOT NULL,
        why TEXT NOT NULL,
        params INTEGER NOT NULL,
        macs INTEGER NOT NULL,
        peak_activation_bytes INTEGER NOT NULL,
        metrics TEXT NOT NULL DEFAULT '{}',
        test_accuracy ANY,
        epochs_done INTEGER NOT NULL DEFAULT 0,
        epochs INTEGER NOT NULL,
        seconds REAL NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        reason TEXT,
        session TEXT,
        created_at TEXT NOT NULL,
        finished_at TEXT,
        UNIQUE (run_id, number)
      ) STRICT;
      CREATE INDEX trial_running ON trial (state) WHERE state = 'running';

      -- Trials of a run by state, kept by the triggers below so that no list reads trials.
      CREATE TABLE trial_count (
        run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        trials INTEGER NOT NULL CHECK (trials >= 0),
        PRIMARY KEY (run_id, state)
      ) STRICT, WITHOUT ROWID;
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

      -- "trial" is set for told and failed: a trial has one of them, once.
      CREATE TABLE event (
        run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL CHECK (seq >= 0),
        type TEXT NOT NULL CHECK (type IN ('asked', 'told', 'failed')),
        trial INTEGER CHECK ((trial IS NULL) = (type = 'asked')),
        json TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (run_id, seq)
      ) STRICT;
      CREATE UNIQUE INDEX event_outcome ON event (run_id, trial) WHERE trial IS NOT NULL;

      CREATE TABLE epoch (
        trial_id TEXT NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL CHECK (epoch >= 0),
        train_loss ANY NOT NULL,
        validation_loss ANY NOT NULL,
        validation_accuracy ANY NOT NULL,
        learning_rate ANY NOT NULL,
        seconds ANY NOT NULL,
        PRIMARY KEY (trial_id, epoch)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE checkpoint (
        trial_id TEXT NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('final', 'epoch')),
        epoch INTEGER NOT NULL CHECK (epoch >= 0),
        file TEXT NOT NULL UNIQUE,
        bytes INTEGER NOT NULL CHECK (bytes >= 0),
        sha256 TEXT NOT NULL,
        PRIMARY KEY (trial_id, kind)
      ) STRICT;

      -- Half floats, row-major [count][classes].
      CREATE TABLE prediction (
        trial_id TEXT PRIMARY KEY REFERENCES trial (id) ON DELETE CASCADE,
        count INTEGER NOT NULL,
        classes INTEGER NOT NULL,
        probabilities BLOB NOT NULL CHECK (length(probabilities) = 2 * count * classes)
      ) STRICT;
    `);
  },
};
