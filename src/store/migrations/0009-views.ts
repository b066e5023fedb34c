/**
 * What other programs read (docs/notebooks.md): views whose names and columns stay as they are,
 * whatever becomes of the tables. A number that is none (NaN, an infinity) is NULL there.
 */
import type { Migration } from './migration.ts';

/** In JSON NaN and infinities are words. */
const inJson = (column: string, name: string): string =>
  `CASE json_type(${column}, '$.${name}') WHEN 'real' THEN ${column} ->> '$.${name}' ` +
  `WHEN 'integer' THEN ${column} ->> '$.${name}' END`;
const metric = (name: string): string => inJson('t.metrics', name);
const score = (name: string): string => inJson('r.score', name);
const number = (column: string): string => `CASE WHEN typeof(${column}) IN ('real', 'integer') THEN ${column} END`;

export const views: Migration = {
  version: 9,
  name: 'views',
  up: (db) =>
    db.exec(`
      CREATE VIEW v_runs AS
        SELECT r.id AS run, r.name, r.state, r.dataset, r.teacher, r.strategy,
          r.config ->> '$.seed' AS seed,
          r.config ->> '$.budget.trials' AS budget_students,
          r.config ->> '$.budget.epochs' AS budget_epochs,
          r.created_at, r.finished_at, r.seconds,
          ${score('bestAccuracy')} AS best_accuracy,
          r.score ->> '$.frontSize' AS front_size,
          ${score('hypervolume')} AS hypervolume,
          (SELECT group_concat(tag, ', ') FROM run_tag g WHERE g.run_id = r.id) AS tags,
          r.trashed_at IS NOT NULL AS in_trash,
          r.config
        FROM run r;
      CREATE VIEW v_students AS
        SELECT t.run_id AS run, t.number, t.state, t.family, t.config, t.seed,
          ${metric('accuracy')} AS accuracy,
          ${number('t.test_accuracy')} AS test_accuracy,
          t.params, t.macs, t.peak_activation_bytes,
          ${metric('latencyMs')} AS latency_ms,
          t.epochs_done AS epochs, t.seconds, t.attempts, t.reason, t.created_at, t.finished_at, t.metrics
        FROM trial t;
      CREATE VIEW v_epochs AS
        SELECT t.run_id AS run, t.number, e.epoch,
          ${number('e.train_loss')} AS train_loss,
          ${number('e.validation_loss')} AS validation_loss,
          ${number('e.validation_accuracy')} AS validation_accuracy,
          ${number('e.learning_rate')} AS learning_rate,
          ${number('e.seconds')} AS seconds
        FROM epoch e JOIN trial t ON t.id = e.trial_id;
    `),
};
