/** All tasks: recorded tables, test functions, unions of families. Adding one: its file, and a line
 * here. */
import { existsSync } from 'node:fs';
import { FUNCTION_TASKS } from './functions.ts';
import { tableTask } from './table.ts';
import type { Task } from './task.ts';
import { UNION_TASKS } from './unions.ts';

/** `tables`: paths of recorded tables; those that are not there are told to `skip`, and what is no
 * table throws. */
export function listTasks(tables: readonly string[], skip: (line: string) => void): readonly Task[] {
  const there = tables.filter((file) => {
    const exists = existsSync(file);
    if (!exists) skip(`SKIP: there is no table at ${file}; name one with --table FILE`);
    return exists;
  });
  return [...there.map(tableTask), ...FUNCTION_TASKS, ...UNION_TASKS];
}
