/** Brings a database to the newest schema: a copy first, then one transaction for each migration. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { schemaVersion, transact, type Connection } from './database.ts';
import { inWordsOf } from './errors.ts';
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
  const copy = pending.length > 0 && from > 0 ? backUp(db, backups, now(), from) : undefined;
  for (const migration of pending) {
    transact(db, 'full', () => {
      migration.up(db);
      db.pragma(`user_version = ${migration.version}`);
    });
  }
  return copy;
}

/** A whole, compact copy of the database as it stands, complete under its name or not there at all. */
export function backUp(db: Connection, backups: string, at: Date, version: number): string {
  const name = `workspace-v${version}-${at.toISOString().replaceAll(/[:.]/g, '-')}.sqlite`;
  const target = join(backups, name);
  return inWordsOf(target, () => {
    const partial = `${target}.partial`;
    rmSync(partial, { force: true });
    db.prepare('VACUUM INTO ?').run(partial);
    const descriptor = openSync(partial, 'r+');
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(partial, target);
    return target;
  });
}
