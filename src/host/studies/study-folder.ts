/**
 * The folder of a study of generators: `study.json` says what was asked and of which data,
 * `rows.jsonl` has a line a cell, written whole each time; sheets and the best weights lie beside
 * them. A file is in its place before the row that names it.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { GeneratorStudyOrder } from '../../bridge/schemas/generator.ts';
import type { WrittenFile } from '../../compute/tasks/outputs.ts';
import { WorkbenchError, invalid } from '../../core/errors.ts';
import { actionsOf } from '../../core/generator/cells.ts';
import { bestOf, generatorRowSchema } from '../../core/generator/row.ts';
import type { GeneratorRow } from '../../core/generator/row.ts';
import { faultOf } from '../../core/records/zod.ts';
import { flushFile, move, namesIn, writeWhole } from '../../store/disk.ts';

const STUDY_FILE = 'study.json';
const ROWS_FILE = 'rows.jsonl';
const WORK = 'work';
const FORM = 'generators';

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

/** Made where there is none. Throws `usage.invalid` for a folder of something else, and for a study
 * of another order, and `config.invalid` for one that is damaged. */
export function openStudyFolder(out: string, identity: StudyIdentity): StudyFolder {
  const { cells, episodes } = identity.order;
  const studyFile = join(out, STUDY_FILE);
  const names = namesIn(out);
  if (names.includes(STUDY_FILE)) assertSame(readJson(studyFile), identity, out);
  else if (names.length > 0) {
    const message = `out: ${out} is neither empty nor a study of generators: name another folder.`;
    throw new WorkbenchError('usage.invalid', message, { field: 'out' });
  }
  const work = join(out, WORK);
  let rows: readonly GeneratorRow[] = names.includes(ROWS_FILE) ? readRows(join(out, ROWS_FILE), identity.order) : [];
  mkdirSync(out, { recursive: true });
  writeWhole(studyFile, `${JSON.stringify({ form: FORM, ...identity }, undefined, 2)}\n`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  return {
    work,
    rows: () => rows,
    add: (row, files) => {
      const wanted = [row.sheet, row.weights].filter((file) => file !== undefined);
      for (const { path } of files) {
        const own = wanted.find(({ file }) => basename(path).endsWith(file));
        if (own === undefined) continue;
        flushFile(path);
        move(path, join(out, own.file));
      }
      const before = bestOf(rows, cells)?.weights;
      rows = [...rows, row].slice(0, cells * episodes);
      writeWhole(join(out, ROWS_FILE), rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
      if (row.weights !== undefined && before !== undefined) rmSync(join(out, before.file), { force: true });
    },
    close: () => rmSync(work, { recursive: true, force: true }),
  };
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
  if (known['data'] !== identity.data) refuse('other data of that name');
  if (known['teacher'] !== identity.teacher) refuse('another teacher of that name');
}

function readRows(file: string, { cells, episodes }: GeneratorStudyOrder): readonly GeneratorRow[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const remedy = 'Put it back as it was, or begin in another folder.';
  const rows = lines.map((line, index) => {
    try {
      const row = generatorRowSchema.parse(JSON.parse(line));
      const isNext = row.episode * cells + row.cell === index && row.cell < cells && row.episode < episodes;
      if (isNext && row.action < actionsOf(row.cell)) return row;
    } catch (error) {
      throw invalid(`line ${index + 1}`, `it is no row of a study (${faultOf(error)}). ${remedy}`, file);
    }
    throw invalid(`line ${index + 1}`, `it is not the row that comes next. ${remedy}`, file);
  });
  return rows;
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
