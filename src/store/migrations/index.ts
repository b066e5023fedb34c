/**
 * The migrations in their order: append only. A new one is a file `NNNN-what.ts` and a line here;
 * then regenerate `schema.sql` (the test of the schema says how).
 */
import { initial } from './0001-initial.ts';
import { latency } from './0002-latency.ts';
import { bestCheckpoint } from './0003-best-checkpoint.ts';
import { upkeep } from './0004-upkeep.ts';
import { sources } from './0005-sources.ts';
import { legs } from './0006-legs.ts';
import { tasks } from './0007-tasks.ts';
import { queue } from './0008-queue.ts';
import { views } from './0009-views.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  initial,
  latency,
  bestCheckpoint,
  upkeep,
  sources,
  legs,
  tasks,
  queue,
  views,
];
