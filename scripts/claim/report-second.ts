/** The second task's figures, or that it was not tried. */
import { openBook } from './games.ts';
import { claimFigures } from './report.ts';
import { digits } from './report-words.ts';
import { secondTable } from './second/table.ts';

const TITLE = '### Second task: CIFAR-10';

/** `rows` and `games`: files. */
export function secondSection(rows: string, games: string, code: string): string {
  const table = secondTable(rows);
  if (table === undefined) return `${TITLE}\n\nUntried: nothing is recorded.`;
  const { find } = openBook(games, code);
  const teacher = table.header?.teacher;
  const note =
    'The same protocol on a smaller pool (`scripts/claim/second/plan.ts`): 7,000 training, 3,000 validation and 2,000 test ' +
    `images; teacher ${teacher?.name}, trained on the same 7,000 images, ${digits(100 * (teacher?.testAccuracy ?? NaN), 1)} % of the test images.`;
  const figures = claimFigures({ ...table, find }).replaceAll(/^### /gm, '#### ');
  return `${TITLE}\n\n${note}\n\n${figures}`;
}
