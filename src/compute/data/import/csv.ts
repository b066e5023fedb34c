/** Tables of text with separators, as RFC 4180 has them and as spreadsheets write them. */
import { CsvError, parse } from 'csv-parse/sync';

export interface CsvRow {
  /** On which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const SEPARATORS = [',', ';', '\t'] as const;

/** Rows without empty ones; the separator is the commonest of the first line. `undefined`: a
 * quotation mark is opened and never closed, or stands within a cell. */
export function parseCsv(content: string): readonly CsvRow[] | undefined {
  // Of two characters the parser counts two lines.
  const text = content.replaceAll(/\r\n?/g, '\n');
  const rows: CsvRow[] = [];
  // It says on which line a row ends.
  const keep = (cells: readonly string[], { lines }: { readonly lines: number }): undefined => {
    const line = lines - cells.join('').split('\n').length + 1;
    rows.push({ line, cells: cells.map((cell) => cell.trim()) });
  };
  try {
    parse(text, {
      ...{ bom: true, delimiter: separatorOf(text), trim: true, on_record: keep },
      ...{ relax_column_count: true, skip_records_with_empty_values: true },
    });
    return rows;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

/** The commonest of the first line. */
export function separatorOf(text: string): string {
  const [first = ''] = text.split('\n', 1);
  const counts = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}
