/**
 * A CSV file with a row an image, or a recording: its file, its label, and its split and its group
 * where there are such columns. The columns are told by a header's words, or are in this order
 * where there is none. Files are named from the imported folder, or from the folder of the CSV
 * file, and lie within the former.
 */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { SplitName } from '../../../core/records/sources.ts';
import { corrupt, readBytes } from '../idx.ts';
import { parseCsv } from './csv.ts';
import type { CsvRow } from './csv.ts';
import { splitCalled } from './folder-source.ts';
import { groupFinder } from './labelled-files.ts';
import type { LabelledFile, Medium } from './labelled-files.ts';
import { MOST_CLASSES, unusable } from './source.ts';
import type { Parts, Source, SourceRequest } from './source.ts';

export const CSV_FILE = /\.(csv|tsv)$/i;

const HEADERS = {
  file: ['file', 'filename', 'file_name', 'filepath', 'path', 'image', 'image_path', 'img', 'id', 'wav', 'audio'],
  label: ['label', 'class', 'category', 'target', 'species', 'y'],
  split: ['split', 'set', 'subset', 'fold', 'partition'],
  group: ['group', 'speaker'],
} as const;

interface Columns {
  readonly file: number;
  readonly label: number;
  readonly split: number;
  readonly group: number;
}

interface Entry {
  readonly file: string;
  readonly label: string;
  readonly split: SplitName;
  readonly group?: string;
}

/** One CSV file, and no folders that could be classes or splits. */
export function isCsvFolder(path: string, names: readonly string[]): boolean {
  if (names.filter((name) => CSV_FILE.test(name)).length !== 1) return false;
  const folders = readdirSync(path, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.'),
  );
  return folders.length === 0 || (folders.length === 1 && splitCalled(folders[0]?.name ?? '') === undefined);
}

export async function readCsvSource(request: SourceRequest, medium: Medium): Promise<Source> {
  const { path, options, faults, yieldToEvents } = request;
  const csv = options.csv ?? onlyCsv(path);
  const bytes = readBytes(csv);
  if (bytes.includes(0)) throw corrupt(csv, 'it is not text');
  const rows = parseCsv(bytes.toString('utf8'));
  if (rows === undefined) throw corrupt(csv, 'a quotation mark stands within a cell, or is never closed');
  const { columns, body } = columnsOf(csv, rows);
  const groupOf = options.group === undefined ? undefined : groupFinder(path, options.group);
  const entries = new Map<string, Entry>();
  for (const row of body) {
    const named = entryOf(path, csv, row, columns);
    const entry = groupOf === undefined ? named : { ...named, group: groupOf(named.file) };
    const known = entries.get(entry.file);
    if (known !== undefined && !isSame(known, entry)) {
      throw corrupt(
        csv,
        `line ${row.line} names ${relative(path, entry.file)} again, with another label, split or group`,
      );
    }
    entries.set(entry.file, entry);
  }
  await yieldToEvents();
  const present = [...entries.values()].filter(({ file }) => {
    const isThere = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
    if (!isThere) faults.note(file, `it is not there, and ${relative(path, csv)} names it`);
    return isThere;
  });
  const classes = classesOf(csv, [...entries.values()]);
  return medium.read(request, classes, partsOf(csv, present, classes, medium), []);
}

const isSame = (one: Entry, other: Entry): boolean =>
  one.label === other.label && one.split === other.split && one.group === other.group;

function onlyCsv(path: string): string {
  const found = readdirSync(path).filter((name) => CSV_FILE.test(name));
  const [only] = found;
  if (only !== undefined && found.length === 1) return join(path, only);
  throw unusable(path, `it has ${found.length} CSV files; name the one of file and label`);
}

function columnsOf(
  csv: string,
  rows: readonly CsvRow[],
): { readonly columns: Columns; readonly body: readonly CsvRow[] } {
  const [first] = rows;
  if (first === undefined) throw corrupt(csv, 'it is empty');
  if (first.cells.length < 2) throw corrupt(csv, 'its first line has one column, and file and label are needed');
  const place = (words: readonly string[]): number =>
    first.cells.findIndex((cell) => words.includes(cell.toLowerCase()));
  const columns = {
    ...{ file: place(HEADERS.file), label: place(HEADERS.label) },
    ...{ split: place(HEADERS.split), group: place(HEADERS.group) },
  };
  if (columns.file >= 0 && columns.label >= 0) return { columns, body: rows.slice(1) };
  if (columns.file >= 0 || columns.label >= 0) {
    const missing = columns.file < 0 ? 'file' : 'label';
    throw corrupt(csv, `its header has no column "${missing}" (one of ${HEADERS[missing].join(', ')})`);
  }
  const split = first.cells.length > 2 && splitCalled(first.cells[2] ?? '') !== undefined ? 2 : -1;
  return { columns: { file: 0, label: 1, split, group: -1 }, body: rows };
}

function entryOf(path: string, csv: string, { line, cells }: CsvRow, columns: Columns): Entry {
  const [name = '', label = ''] = [cells[columns.file], cells[columns.label]];
  if (name === '' || label === '') throw corrupt(csv, `line ${line} lacks its ${name === '' ? 'file' : 'label'}`);
  const word = columns.split < 0 ? 'train' : (cells[columns.split] ?? '');
  const split = splitCalled(word);
  if (split === undefined) throw corrupt(csv, `line ${line} has the split "${word}", not train, val or test`);
  const group = cells[columns.group];
  if (columns.group >= 0 && (group === undefined || group === '')) throw corrupt(csv, `line ${line} lacks its group`);
  return { file: placeOf(path, csv, name, line), label, split, ...(group !== undefined && { group }) };
}

/** What lies elsewhere was not handed over. */
function placeOf(path: string, csv: string, name: string, line: number): string {
  const places = [resolve(path, name), resolve(dirname(csv), name)].filter((one) => one.startsWith(`${path}${sep}`));
  const [first] = places;
  if (first === undefined) throw corrupt(csv, `line ${line} names ${name}, which is not in the imported folder`);
  return places.find((one) => statSync(one, { throwIfNoEntry: false }) !== undefined) ?? first;
}

/** By number where all are numbers, else by name. */
function classesOf(csv: string, entries: readonly Entry[]): readonly string[] {
  const labels = [...new Set(entries.filter(({ split }) => split === 'train').map(({ label }) => label))];
  const isNumbered = labels.every((label) => /^\d+$/.test(label));
  const classes = isNumbered ? labels.sort((left, right) => Number(left) - Number(right)) : labels.sort();
  if (classes.length > MOST_CLASSES) {
    throw unusable(csv, `it has ${classes.length} different labels, and ${MOST_CLASSES} is the most`);
  }
  return classes;
}

function partsOf(
  csv: string,
  entries: readonly Entry[],
  classes: readonly string[],
  { noun }: Medium,
): Parts<readonly LabelledFile[]> {
  const stranger = entries.find(({ label }) => !classes.includes(label));
  if (stranger !== undefined) {
    throw unusable(csv, `the training ${noun}s have no such class as "${stranger.label}" of ${stranger.file}`);
  }
  const part = (name: SplitName): readonly LabelledFile[] =>
    entries
      .filter(({ split }) => split === name)
      .map(({ file, label, group }) => ({
        file,
        label: classes.indexOf(label),
        ...(group !== undefined && { group }),
      }));
  const [train, val, test] = [part('train'), part('val'), part('test')];
  return { train, ...(val.length > 0 && { val }), ...(test.length > 0 && { test }) };
}
