/**
 * Recorded tables as tasks: share of the whole table's hypervolume, categorical levels and families permuted by the seed.
 * A complete table's task bears the name of its file.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseTable } from '../../../src/core/strategies/recorded-table.ts';
import type { RecordedTable } from '../../../src/core/strategies/recorded-table.ts';
import { createTableGame } from '../../../src/core/strategies/replay.ts';
import type { Task } from './task.ts';

/** Throws when the file cannot be read or is no table; it is read once, when it is first played. */
export function tableTask(file: string): Task {
  let table: RecordedTable | undefined;
  return {
    name: basename(file, '.json'),
    summary: `share of the front's hypervolume of the recorded table ${file}`,
    budget: 200,
    open(seed, budget) {
      table ??= parseTable(JSON.parse(readFileSync(file, 'utf8')), file);
      return createTableGame(table, { seed, budget });
    },
  };
}
