/** Tables of text with separators, as RFC 4180 has them and as spreadsheets write them. */

export interface CsvRow {
  /** On which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const SEPARATORS = [',', ';', '\t'] as const;
const BYTE_ORDER_MARK = '\uFEFF';

/** Rows without empty ones; the separator is the commonest of the first line. `undefined`: a
 * quotation mark is opened and never closed, or stands within a cell. */
export function parseCsv(content: string): readonly CsvRow[] | undefined {
  const text = content.startsWith(BYTE_ORDER_MARK) ? content.slice(1) : content;
  const separator = separatorOf(text);
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let [place, line, start] = [0, 1, 1];
  while (place < text.length) {
    let cell = '';
    if (text[place] === '"') {
      const end = closing(text, place + 1);
      if (end === undefined) return undefined;
      cell = text.slice(place + 1, end).replaceAll('""', '"');
      line += cell.split('\n').length - 1;
      place = end + 1;
      if (place < text.length && text[place] !== separator && !'\r\n'.includes(text[place] ?? '')) return undefined;
    } else {
      const first = place;
      while (place < text.length && text[place] !== separator && text[place] !== '\n') place += 1;
      cell = text.slice(first, place);
    }
    cells.push(cell.trim());
    if (text[place] === '\r') place += 1;
    if (place < text.length && text[place] === separator) {
      place += 1;
      // A separator at the very end: the last cell is empty.
      if (place < text.length) continue;
      cells.push('');
    }
    if (cells.some((one) => one !== '')) rows.push({ line: start, cells });
    cells = [];
    place += 1;
    line += 1;
    start = line;
  }
  return rows;
}

/** Where the quotation ends that is open at `place`. */
function closing(text: string, place: number): number | undefined {
  for (let end = text.indexOf('"', place); end >= 0; end = text.indexOf('"', end + 2)) {
    if (text[end + 1] !== '"') return end;
  }
  return undefined;
}

function separatorOf(text: string): string {
  const [first = ''] = text.split('\n', 1);
  const counts = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}
