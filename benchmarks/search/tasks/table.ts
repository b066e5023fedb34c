/**
 * Recorded tables as tasks: share of the whole table's hypervolume, categorical levels and families
 * permuted by the seed. A complete table's task bears the name of its file.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createTableGame } from '../../../src/core/strategies/replay.ts';
import { readTable } from '../../../src/host/replays/table.ts';
import type { Task } from './task.ts';

/** Throws `config.invalid`, naming the file and the field at fault, when it is no table. */
export function tableTask(file: string): Task {
  const table = readTable(readFileSync(file, 'utf8'), file);
  return {
    name: basename(file, '.json'),
    summary: `share of the front's hypervolume of the recorded table ${file}`,
    budget: 200,
    open: (seed, budget) => createTableGame(table, { seed, budget }),
  };
}
