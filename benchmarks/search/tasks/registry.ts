/** All tasks: recorded tables, test functions, unions of families, spaces of honest size. Adding
 * one: its file, and a line here. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readTable } from '../../../src/host/replays/table.ts';
import { FUNCTION_TASKS } from './functions.ts';
import { macroTask } from './macro12.ts';
import { tableTask } from './table.ts';
import type { Task } from './task.ts';
import { UNION_TASKS } from './unions.ts';
import { WIDE_TASKS } from './wide.ts';

/** The recorded table that `macro12` is fitted to. */
const MACRO_TABLE = 'nas-bench-macro.json';

/** `tables`: paths of recorded tables; those that are not there are told to `skip`, with the task
 * that is fitted to one, and what is no table throws. */
export function listTasks(tables: readonly string[], skip: (line: string) => void): readonly Task[] {
  const there = tables.filter((file) => {
    const exists = existsSync(file);
    if (!exists) skip(`SKIP: there is no table at ${file}; name one with --table FILE`);
    return exists;
  });
  const macro = there.find((file) => basename(file) === MACRO_TABLE);
  if (macro === undefined) skip(`SKIP macro12: it is fitted to the table ${MACRO_TABLE}; name it with --table FILE`);
  return [
    ...there.map(tableTask),
    ...FUNCTION_TASKS,
    ...UNION_TASKS,
    ...WIDE_TASKS,
    ...(macro === undefined ? [] : [macroTask(readTable(readFileSync(macro, 'utf8'), macro))]),
  ];
}
