/** Begins a migration of the database in argument 2 and dies in the middle of it. Run by tests of
 * the store. */
import { openDatabase, SCHEMA_VERSION } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';

const [, , file = '', backups = ''] = process.argv;
migrate(openDatabase(file), {
  backups,
  now: () => new Date(),
  migrations: [
    {
      version: SCHEMA_VERSION + 1,
      name: 'killed',
      up: (db) => {
        db.exec("CREATE TABLE later (x ANY) STRICT; INSERT INTO meta VALUES ('later', 'yes')");
        process.kill(process.pid, 'SIGKILL');
      },
    },
  ],
});
