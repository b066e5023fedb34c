/** Rows of a table that may be larger than memory is wide, and what is wrong with some of them. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { corrupt } from '../idx.ts';
import { separatorOf } from '../import/csv.ts';
import type { CsvRow } from '../import/csv.ts';

const ROWS_BETWEEN_YIELDS = 2048;
const HEAD_BYTES = 1 << 16;
/** Of so many each is told. */
const MOST_TOLD = 20;
/** With so many wrong rows it is no use to look at the rest. */
const MOST_FOUND = 200;

export interface RowTools {
  readonly yieldToEvents: YieldToEvents;
  /** Bytes that were read so far, of so many. */
  readonly report: (done: number, total: number) => void;
}

/** Gives each row of a table to `each`, the header among them. Throws `dataset.missing`,
 * `dataset.corrupt` and what `each` and `yieldToEvents` throw. */
export async function eachRow(
  file: string,
  { yieldToEvents, report }: RowTools,
  each: (row: CsvRow) => void,
): Promise<void> {
  const total = await sizeOf(file);
  const stream = createReadStream(file, { encoding: 'utf8' });
  // It says on which line a row ends.
  const parser = parse({
    ...{ bom: true, delimiter: separatorOf(await headOf(file)), trim: true, info: true },
    ...{ relax_column_count: true, skip_records_with_empty_values: true },
  });
  let rows = 0;
  try {
    await pipeline(stream, withPlainEnds, parser, async (parsed: AsyncIterable<ParsedRow>) => {
      for await (const { record, info } of parsed) {
        each({ line: info.lines - record.join('').split('\n').length + 1, cells: record });
        if ((rows += 1) % ROWS_BETWEEN_YIELDS !== 0) continue;
        report(Math.min(stream.bytesRead, total), total);
        await yieldToEvents();
      }
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw corrupt(file, `a quotation mark is opened and never closed, or stands within a cell (${error.message})`);
  }
}

interface ParsedRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** The first line of a table, as cells. Throws `dataset.missing`. */
export async function headerOf(file: string): Promise<readonly string[]> {
  const [line = ''] = (await headOf(file)).replace(/^\uFEFF/, '').split(/\r?\n/, 1);
  return line.split(separatorOf(line)).map((cell) => cell.trim().replaceAll(/^"|"$/g, ''));
}

/** Of ends of two characters the parser counts two lines. */
async function* withPlainEnds(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const chunk of chunks) {
    const text = held + chunk;
    held = text.endsWith('\r') ? '\r' : '';
    yield (held === '' ? text : text.slice(0, -1)).replaceAll(/\r\n?/g, '\n');
  }
  if (held !== '') yield '\n';
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw missing(file, messageOf(error));
  });
  if (!found.isFile()) throw missing(file, 'it is no file');
  return found.size;
}

async function headOf(file: string): Promise<string> {
  await sizeOf(file);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

const missing = (file: string, reason: string): WorkbenchError =>
  new WorkbenchError('dataset.missing', `${file} cannot be read: ${reason}. Give a table or a folder with one.`, {
    file,
  });

export interface RowFaults {
  /** Throws `dataset.corrupt` where they are more than anybody reads. */
  readonly note: (line: number, finding: string) => void;
  /** Throws `dataset.corrupt`, unless rows may be left out. */
  readonly assertNone: () => void;
  /** What was left out, for the card. */
  readonly warnings: () => readonly string[];
}

/** Wrong rows are told together, or left out where that is wished. */
export function createRowFaults(file: string, skip: boolean): RowFaults {
  const found: string[] = [];
  const listed = (): string => {
    const told = found.slice(0, MOST_TOLD).join('; ');
    return found.length > MOST_TOLD ? `${told}; and ${found.length - MOST_TOLD} more` : told;
  };
  const assertNone = (): void => {
    if (skip || found.length === 0) return;
    const what = found.length === 1 ? 'a row' : `${found.length} rows`;
    const message =
      `${file} has ${what} that cannot be taken: ${listed()}. Mend them, or leave broken rows out ` +
      '(--skip-broken; in the window: Leave broken files out).';
    throw new WorkbenchError('dataset.corrupt', message, { file });
  };
  return {
    note: (line, finding) => {
      found.push(`line ${line} ${finding}`);
      if (found.length >= MOST_FOUND) assertNone();
    },
    assertNone,
    warnings: () => (found.length === 0 ? [] : [`Left out, as broken: ${found.length} rows: ${listed()}.`]),
  };
}
