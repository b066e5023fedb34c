/**
 * The folder of a study of generators: `study.json` says what was asked and of which data,
 * `rows.jsonl` has a line a cell, written whole each time; sheets and the best weights lie beside
 * them. A file is in its place before the row that names it. Who works on it holds its lock.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { generatorStudyInput } from '../../bridge/schemas/generator.ts';
import type { GeneratorStudyOrder } from '../../bridge/schemas/generator.ts';
import type { WrittenFile } from '../../compute/tasks/outputs.ts';
import { WorkbenchError, invalid } from '../../core/errors.ts';
import { actionsOf } from '../../core/generator/cells.ts';
import { bestOf, generatorRowSchema } from '../../core/generator/row.ts';
import type { GeneratorRow } from '../../core/generator/row.ts';
import { faultOf } from '../../core/records/zod.ts';
import { factsOf, flushFile, makeFolder, move, namesIn, writeWhole } from '../../store/disk.ts';
import { inWordsOf } from '../../store/errors.ts';
import { acquireLock } from '../../store/lock.ts';
import { LOCK_FILE, LOCK_NOTE } from '../../store/ownership.ts';

const STUDY_FILE = 'study.json';
const ROWS_FILE = 'rows.jsonl';
const WORK = 'work';
const FORM = 'generators';
/** Raised where the same order leads to other rows: one of another number is read, and no cell is
 * added to it. */
const METHOD = 2;

/** What has to be the same where a study goes on. */
export interface StudyIdentity {
  readonly order: GeneratorStudyOrder;
  /** Hashes of what it is of. */
  readonly data: string;
  readonly teacher: string;
}

export interface StudyFolder {
  /** For the files of work in hand. */
  readonly work: string;
  readonly rows: () => readonly GeneratorRow[];
  readonly add: (row: GeneratorRow, files: readonly WrittenFile[]) => void;
  readonly close: () => void;
}

const LOCKED = { what: 'study in', remedy: 'wait for its end, stop it there, or name another folder' };

/** Made where there is none. Throws `usage.invalid` for a folder of something else, and for a study
 * of another order, `config.invalid` for one that is damaged, and `workspace.busy` for one that
 * somebody works on. */
export function openStudyFolder(out: string, identity: StudyIdentity): StudyFolder {
  const { cells } = identity.order;
  // Before anything is written into somebody else's folder.
  assertOwn(out, identity);
  inWordsOf(out, () => makeFolder(out));
  const lock = acquireLock(out, LOCKED);
  const work = join(out, WORK);
  const close = (): void => {
    rmSync(work, { recursive: true, force: true });
    lock.release(true);
  };
  try {
    // Who had it meanwhile may have written more.
    assertOwn(out, identity);
    let rows = rowsIn(out, identity.order);
    writeWhole(join(out, STUDY_FILE), `${JSON.stringify({ form: FORM, method: METHOD, ...identity }, undefined, 2)}\n`);
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work);
    return {
      work,
      rows: () => rows,
      add: (row, files) => {
        const before = bestOf(rows, cells)?.weights;
        rows = addRow(out, identity.order, rows, row, files);
        if (row.weights !== undefined && before !== undefined) rmSync(join(out, before.file), { force: true });
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function assertOwn(out: string, identity: StudyIdentity): void {
  const names = namesIn(out);
  if (names.includes(STUDY_FILE)) return assertSame(readJson(join(out, STUDY_FILE)), identity, out);
  // A kill may have come between the lock and the study's first file.
  if (names.every((name) => BEGUN.includes(name))) return;
  const message = `out: ${out} is neither empty nor a study of generators: name another folder.`;
  throw new WorkbenchError('usage.invalid', message, { field: 'out' });
}

const BEGUN: readonly string[] = [LOCK_FILE, `${LOCK_FILE}-journal`, LOCK_NOTE, `${STUDY_FILE}.partial`];

/** All rows, with the new one: files first. */
function addRow(
  out: string,
  { cells, episodes }: GeneratorStudyOrder,
  rows: readonly GeneratorRow[],
  row: GeneratorRow,
  files: readonly WrittenFile[],
): readonly GeneratorRow[] {
  const wanted = [row.sheet, row.weights].filter((file) => file !== undefined);
  for (const { path } of files) {
    const own = wanted.find(({ file }) => basename(path).endsWith(file));
    if (own === undefined) continue;
    flushFile(path);
    move(path, join(out, own.file));
  }
  const all = [...rows, row].slice(0, cells * episodes);
  writeWhole(join(out, ROWS_FILE), all.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return all;
}

function assertSame(written: unknown, identity: StudyIdentity, out: string): void {
  const known = recordIn(written);
  const refuse = (what: string): never => {
    const message = `out: ${out} has a study of ${what}. Ask for the same, or name another folder.`;
    throw new WorkbenchError('usage.invalid', message, { field: 'out' });
  };
  if (known['form'] !== FORM) refuse('something else');
  const order = recordIn(known['order']);
  for (const [field, value] of Object.entries(identity.order)) {
    if (order[field] !== value) refuse(`${field} ${String(order[field])}, and ${String(value)} is asked for`);
  }
  if (known['method'] !== METHOD) refuse('another version of the program, which trained generators otherwise');
  if (known['data'] !== identity.data) refuse('other data of that name');
  if (known['teacher'] !== identity.teacher) refuse('another teacher of that name');
}

/** What a study was asked, and all that it has come to. Throws `config.invalid`. */
export function readStudyFolder(out: string): {
  readonly order: GeneratorStudyOrder;
  readonly rows: readonly GeneratorRow[];
} {
  const file = join(out, STUDY_FILE);
  const known = recordIn(readJson(file));
  const parsed = generatorStudyInput.safeParse(known['order']);
  if (known['form'] === FORM && parsed.success) return { order: parsed.data, rows: rowsIn(out, parsed.data) };
  const fault = parsed.error === undefined ? 'another form' : faultOf(parsed.error);
  throw invalid('', `it is no study of generators (${fault}).`, file);
}

function rowsIn(out: string, { cells, episodes }: GeneratorStudyOrder): readonly GeneratorRow[] {
  const file = join(out, ROWS_FILE);
  if (factsOf(file) === undefined) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const remedy = 'Put it back as it was, or begin in another folder.';
  return lines.map((line, index) => {
    try {
      const row = generatorRowSchema.parse(JSON.parse(line));
      const isNext = row.episode * cells + row.cell === index && row.cell < cells && row.episode < episodes;
      if (isNext && row.action < actionsOf(row.cell)) return row;
    } catch (error) {
      throw invalid(`line ${index + 1}`, `it is no row of a study (${faultOf(error)}). ${remedy}`, file);
    }
    throw invalid(`line ${index + 1}`, `it is not the row that comes next. ${remedy}`, file);
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid('', `it cannot be read (${faultOf(error)}). Name another folder.`, file);
  }
}

// Sound: what is absent is undefined.
const recordIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
