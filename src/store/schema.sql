-- Schema 9, made by the migrations: see tests/store/migrate.test.ts.

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
, note TEXT NOT NULL DEFAULT '', trashed_at TEXT, front_only INTEGER NOT NULL DEFAULT 0 CHECK (front_only IN (0, 1)), strategy TEXT AS (config ->> '$.strategy.id') VIRTUAL, dataset TEXT AS (config ->> '$.dataset') VIRTUAL, teacher TEXT AS (config ->> '$.teacher') VIRTUAL, sources TEXT CHECK (sources IS NULL OR json_valid(sources))) STRICT;

CREATE TABLE trial (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
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
  finished_at TEXT, state TEXT NOT NULL DEFAULT 'queued'
  CHECK (state IN ('queued', 'running', 'resting', 'finished', 'failed', 'interrupted', 'stopped')), leg TEXT CHECK (leg IS NULL OR json_valid(leg)), warm_start TEXT CHECK (warm_start IS NULL OR json_valid(warm_start)),
  UNIQUE (run_id, number)
) STRICT;

CREATE TABLE trial_count (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  trials INTEGER NOT NULL CHECK (trials >= 0),
  PRIMARY KEY (run_id, state)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE prediction (
  trial_id TEXT PRIMARY KEY REFERENCES trial (id) ON DELETE CASCADE,
  count INTEGER NOT NULL,
  classes INTEGER NOT NULL,
  probabilities BLOB NOT NULL CHECK (length(probabilities) = 2 * count * classes)
) STRICT;

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

CREATE TABLE checkpoint (
  trial_id TEXT NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('final', 'best', 'epoch')),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  file TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  sha256 TEXT NOT NULL,
  PRIMARY KEY (trial_id, kind)
) STRICT;

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

CREATE TABLE event (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL CHECK (seq >= 0),
  type TEXT NOT NULL,
  trial INTEGER,
  json TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT;

CREATE UNIQUE INDEX event_outcome ON event (run_id, trial) WHERE type IN ('told', 'failed');

CREATE TABLE supernet (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  search INTEGER NOT NULL CHECK (search >= 0),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  file TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  sha256 TEXT NOT NULL,
  PRIMARY KEY (run_id, search)
) STRICT;

CREATE TABLE run_queue (
  place INTEGER PRIMARY KEY CHECK (place >= 1),
  run_id TEXT NOT NULL UNIQUE REFERENCES run (id) ON DELETE CASCADE
) STRICT;

CREATE VIEW v_runs AS
  SELECT r.id AS run, r.name, r.state, r.dataset, r.teacher, r.strategy,
    r.config ->> '$.seed' AS seed,
    r.config ->> '$.budget.trials' AS budget_students,
    r.config ->> '$.budget.epochs' AS budget_epochs,
    r.created_at, r.finished_at, r.seconds,
    CASE json_type(r.score, '$.bestAccuracy') WHEN 'real' THEN r.score ->> '$.bestAccuracy' WHEN 'integer' THEN r.score ->> '$.bestAccuracy' END AS best_accuracy,
    r.score ->> '$.frontSize' AS front_size,
    CASE json_type(r.score, '$.hypervolume') WHEN 'real' THEN r.score ->> '$.hypervolume' WHEN 'integer' THEN r.score ->> '$.hypervolume' END AS hypervolume,
    (SELECT group_concat(tag, ', ') FROM run_tag g WHERE g.run_id = r.id) AS tags,
    r.trashed_at IS NOT NULL AS in_trash,
    r.config
  FROM run r;

CREATE VIEW v_students AS
  SELECT t.run_id AS run, t.number, t.state, t.family, t.config, t.seed,
    CASE json_type(t.metrics, '$.accuracy') WHEN 'real' THEN t.metrics ->> '$.accuracy' WHEN 'integer' THEN t.metrics ->> '$.accuracy' END AS accuracy,
    CASE WHEN typeof(t.test_accuracy) IN ('real', 'integer') THEN t.test_accuracy END AS test_accuracy,
    t.params, t.macs, t.peak_activation_bytes,
    CASE json_type(t.metrics, '$.latencyMs') WHEN 'real' THEN t.metrics ->> '$.latencyMs' WHEN 'integer' THEN t.metrics ->> '$.latencyMs' END AS latency_ms,
    t.epochs_done AS epochs, t.seconds, t.attempts, t.reason, t.created_at, t.finished_at, t.metrics
  FROM trial t;

CREATE VIEW v_epochs AS
  SELECT t.run_id AS run, t.number, e.epoch,
    CASE WHEN typeof(e.train_loss) IN ('real', 'integer') THEN e.train_loss END AS train_loss,
    CASE WHEN typeof(e.validation_loss) IN ('real', 'integer') THEN e.validation_loss END AS validation_loss,
    CASE WHEN typeof(e.validation_accuracy) IN ('real', 'integer') THEN e.validation_accuracy END AS validation_accuracy,
    CASE WHEN typeof(e.learning_rate) IN ('real', 'integer') THEN e.learning_rate END AS learning_rate,
    CASE WHEN typeof(e.seconds) IN ('real', 'integer') THEN e.seconds END AS seconds
  FROM epoch e JOIN trial t ON t.id = e.trial_id;
