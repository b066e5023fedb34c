/** Brings a database to the newest schema: a copy first, then one transaction for each
 * migration. */
import Database from 'better-sqlite3';
import { backUp } from './upkeep/backup.ts';
import { schemaVersion, transact, type Connection } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';

export interface MigrateOptions {
  /** Folder of the copy. */
  readonly backups: string;
  readonly now: () => Date;
  readonly migrations?: readonly Migration[];
}

/** Returns the path of the copy it made, where there was something to copy. A failing migration
 * changes nothing. */
export function migrate(db: Connection, { backups, now, migrations = MIGRATIONS }: MigrateOptions): string | undefined {
  const from = schemaVersion(db);
  const pending = migrations.filter((migration) => migration.version > from);
  const copy = pending.length > 0 && from > 0 ? backUp(db, { backups, kind: 'migration', at: now() }) : undefined;
  apply(db, pending);
  return copy;
}

/** An empty database of the newest schema that no disk knows: it is gone when it is closed. */
export function openInMemory(): Connection {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  apply(db, MIGRATIONS);
  return db;
}

function apply(db: Connection, migrations: readonly Migration[]): void {
  for (const migration of migrations) {
    transact(db, 'full', () => {
      migration.up(db);
      db.pragma(`user_version = ${migration.version}`);
    });
  }
}
