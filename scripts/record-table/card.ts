/** Puts the figures into the card, between two comments. */
import { WorkbenchError } from '../../src/core/errors.ts';

const START = '<!-- prettier-ignore-start -->\n<!-- figures: scripts/record-table.ts --summary --card -->\n';
const END = '<!-- prettier-ignore-end -->';

/** Throws `config.invalid` where the card has no place for figures. */
export function withFigures(card: string, figures: string): string {
  const start = card.indexOf(START);
  const end = card.indexOf(END, start);
  if (start < 0 || end < 0) {
    throw new WorkbenchError(
      'config.invalid',
      `The card has no place for figures. Put these lines in:\n${START}${END}`,
    );
  }
  return `${card.slice(0, start)}${START}\n${figures}\n\n${card.slice(end)}`;
}
