/** What was trained for the second task, as a table that the protocol reads. */
import { assemble, tableText } from '../../record-table/assemble.ts';
import { readRows } from '../../record-table/rows.ts';
import type { Rows } from '../../record-table/rows.ts';
import { claimTableOf } from '../read-table.ts';
import type { ClaimTable } from '../read-table.ts';
import { secondFamily, secondPlan, secondStudents } from './plan.ts';

/** Undefined where nothing is recorded yet. */
export function secondTable(file: string): (ClaimTable & { readonly header: Rows['header'] }) | undefined {
  const rows = readRows([file]);
  if (rows.trainings.size === 0) return undefined;
  const students = secondStudents();
  const assembled = assemble(rows, students, secondPlan(students), { familyOf: secondFamily });
  const source =
    'Students distilled on a subset of CIFAR-10, by scripts/claim.ts --second; docs/claim.md describes it.';
  return { ...claimTableOf(tableText({ ...assembled, name: 'cifar10-kd', source }), file), header: rows.header };
}
