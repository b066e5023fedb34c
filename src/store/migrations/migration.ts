/** One step of the schema. */
import type { Database } from 'better-sqlite3';

export interface Migration {
  /** The schema's version after it; counts from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  /** Runs inside a transaction that also sets `user_version`. */
  readonly up: (db: Database) => void;
}
