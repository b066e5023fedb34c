/** The second task's figures, or that it was not tried. */
import { openBook } from './games.ts';
import { claimFigures, findingsOf } from './report.ts';
import type { Findings } from './report.ts';
import { digits } from './report-words.ts';
import { VALIDATION_SHARE } from './second/plan.ts';
import { secondTable } from './second/table.ts';
import type { Rows } from '../record-table/rows.ts';

const TITLE = '### Second task: CIFAR-10';

/** `rows` and `games`: files. Undefined where nothing is recorded yet. */
export function secondFindings(rows: string, games: string, code: string): SecondFindings | undefined {
  const table = secondTable(rows);
  return table && { ...findingsOf({ ...table, find: openBook(games, code).find }), header: table.header };
}

export interface SecondFindings extends Findings {
  readonly header: Rows['header'];
}

export function secondSection(findings: SecondFindings | undefined): string {
  if (findings === undefined) return `${TITLE}\n\nUntried: nothing is recorded.`;
  const teacher = findings.header?.teacher;
  const note =
    'The same protocol on a smaller pool (`scripts/claim/second/plan.ts`). Of the training images ' +
    `${Math.round(100 * VALIDATION_SHARE)} % validate; on the others teacher and students were trained. Teacher ` +
    `${teacher?.name}: ${digits(100 * (teacher?.testAccuracy ?? NaN), 1)} % of the test images are right.`;
  const figures = claimFigures(findings).replaceAll(/^### /gm, '#### ');
  return `${TITLE}\n\n${note}\n\n${figures}`;
}
