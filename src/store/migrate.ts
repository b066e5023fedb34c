/** Brings a database to the newest schema: a copy first, then one transaction for each migration. */
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

/** Returns the path of the copy it made, where there was something to copy. A failing migration changes nothing. */
export function migrate(db: Connection, { backups, now, migrations = MIGRATIONS }: MigrateOptions): string | undefined {
  const from = schemaVersion(db);
  const pending = migrations.filter((migration) => migration.version > from);
  const copy = pending.length > 0 && from > 0 ? backUp(db, { backups, kind: 'migration', at: now() }) : undefined;
  for (const migration of pending) {
    transact(db, 'full', () => {
      migration.up(db);
      db.pragma(`user_version = ${migration.version}`);
    });
  }
  return copy;
}
