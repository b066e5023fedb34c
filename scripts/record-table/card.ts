/** Puts figures into a page, between two comments: the table's card, and other pages that a script
 * makes figures for. */
import { WorkbenchError } from '../../src/core/errors.ts';

const END = '<!-- prettier-ignore-end -->';
const startOf = (maker: string): string => `<!-- prettier-ignore-start -->\n<!-- figures: ${maker} -->\n`;

/** `maker`: what makes them, as the comment names it. Throws `config.invalid` where the page has no
 * place for figures. */
export function withFigures(page: string, figures: string, maker = 'scripts/record-table.ts --summary --card'): string {
  const mark = startOf(maker);
  const start = page.indexOf(mark);
  const end = page.indexOf(END, start);
  if (start < 0 || end < 0) {
    throw new WorkbenchError('config.invalid', `The page has no place for figures. Put these lines in:\n${mark}${END}`);
  }
  return `${page.slice(0, start)}${mark}\n${figures}\n\n${page.slice(end)}`;
}
