/** Tables as comma-separated values (RFC 4180), for spreadsheets too. */

interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function csvText({ columns, rows }: CsvTable): string {
  return [columns, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

/** A number with its unit, if any, or the dash of what was not measured. */
const NUMBER = /^[+-]?(?:\d[\d.,]*(?:e[+-]?\d+)?|Infinity)(?: [%A-Za-zµ]+)?$|^-$/;
/** What a spreadsheet would compute: a name that begins so gets the apostrophe that marks text
 * there. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function cellOf(text: string): string {
  const cell = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
