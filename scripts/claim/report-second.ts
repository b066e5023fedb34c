/** The second task's figures, or that it was not tried. */
import { openBook } from './games.ts';
import { claimFigures } from './report.ts';
import { digits } from './report-words.ts';
import { VALIDATION_SHARE } from './second/plan.ts';
import { secondTable } from './second/table.ts';

const TITLE = '### Second task: CIFAR-10';

/** `rows` and `games`: files. */
export function secondSection(rows: string, games: string, code: string): string {
  const table = secondTable(rows);
  if (table === undefined) return `${TITLE}\n\nUntried: nothing is recorded.`;
  const { find } = openBook(games, code);
  const teacher = table.header?.teacher;
  const note =
    'The same protocol on a smaller pool (`scripts/claim/second/plan.ts`). Of the training images ' +
    `${Math.round(100 * VALIDATION_SHARE)} % validate; on the others teacher and students were trained. Teacher ` +
    `${teacher?.name}: ${digits(100 * (teacher?.testAccuracy ?? NaN), 1)} % of the test images are right.`;
  const figures = claimFigures({ ...table, find }).replaceAll(/^### /gm, '#### ');
  return `${TITLE}\n\n${note}\n\n${figures}`;
}
