/** A table with a row an answer becomes a log of pupils. */
import type { SplitName } from '../../../core/records/sources.ts';
import type { Answer, AnswerLog, Pupil } from '../../../core/sequences/answers.ts';
import { splitCalled } from '../import/folder-source.ts';
import { unusable } from '../import/source.ts';
import type { CsvRow } from '../import/csv.ts';
import type { SequenceOptions } from '../../tasks/import/task.ts';
import { readHeader } from './header.ts';
import type { Header } from './header.ts';
import { createRowFaults, eachRow } from './rows.ts';
import type { RowFaults, RowTools } from './rows.ts';

/** Between the names of skills that are asked at once. */
const JOINT = ' + ';

interface Row extends Answer {
  /** Empty where nothing says it: rows stand in their order then. */
  readonly order: string;
  readonly problem: string | undefined;
}

interface Gathered {
  readonly rows: Row[];
  readonly split?: SplitName;
}

/** Throws `dataset.*`. */
export async function readTable(
  file: string,
  { sequence = {}, skipBroken = false }: { readonly sequence?: SequenceOptions; readonly skipBroken?: boolean },
  tools: RowTools,
): Promise<AnswerLog> {
  const faults = createRowFaults(file, skipBroken);
  const pupils = new Map<string, Gathered>();
  let header: Header | undefined;
  let withoutSkill = 0;
  await eachRow(file, tools, (row) => {
    if (header === undefined) header = readHeader(file, row.cells, sequence);
    else if (!take(row, header, pupils, faults)) withoutSkill += 1;
  });
  faults.assertNone();
  if (header === undefined) throw unusable(file, 'it is empty');
  const { columns, order, problem } = header;
  let joined = 0;
  const inOrder = [...pupils].map(([name, { rows, split }]): Pupil => {
    const sorted = order === undefined ? rows : sortRows(rows);
    const answers = order === undefined || problem === undefined ? sorted : joinSkills(sorted);
    joined += sorted.length - answers.length;
    return { name, ...(split && { split }), answers };
  });
  const warnings = [
    ...faults.warnings(),
    ...(withoutSkill > 0 ? [`Left out: ${withoutSkill} rows without a skill.`] : []),
    ...(joined > 0 ? [`${joined} rows were further skills of one answer: such skills count as one of their own.`] : []),
  ];
  return { columns, pupils: inOrder, warnings };
}

/** Whether it has a skill: rows of answers without one are common, and no fault. */
function take({ line, cells }: CsvRow, header: Header, pupils: Map<string, Gathered>, faults: RowFaults): boolean {
  const cell = (place: number | undefined): string => (place === undefined ? '' : (cells[place] ?? ''));
  const [name, correct, word] = [cell(header.pupil), cell(header.correct), cell(header.split)];
  const values = header.places.map(cell);
  if (values[0] === '') return false;
  const isRight = Number(correct) === 1;
  const split = word === '' ? undefined : splitCalled(word);
  const pupil = pupils.get(name) ?? { rows: [], ...(split && { split }) };
  if (name === '') faults.note(line, 'has no pupil');
  else if (correct === '' || (!isRight && Number(correct) !== 0)) {
    faults.note(line, `has the correctness "${correct}", not 0 or 1`);
  } else if (word !== '' && split === undefined) {
    faults.note(line, `has the split "${word}", not train, val or test`);
  } else if (pupil.split !== split) {
    faults.note(line, `has pupil "${name}" in another split than the rows before it`);
  } else {
    const problem = header.problem === undefined ? undefined : cell(header.problem);
    pupil.rows.push({ isRight, values, order: cell(header.order), problem });
    pupils.set(name, pupil);
  }
  return true;
}

/** By number where all are numbers, else as text (dates of ISO 8601); equal ones as they stood. */
function sortRows(rows: readonly Row[]): readonly Row[] {
  const numbers = rows.map(({ order }) => (order === '' ? NaN : Number(order)));
  const isNumbered = numbers.every(Number.isFinite);
  const places = [...rows.keys()];
  const text = (place: number): string => rows[place]?.order ?? '';
  const compare = (a: number, b: number): number =>
    isNumbered ? (numbers[a] ?? 0) - (numbers[b] ?? 0) : Number(text(a) > text(b)) - Number(text(a) < text(b));
  places.sort((a, b) => compare(a, b) || a - b);
  return places.flatMap((place) => rows[place] ?? []);
}

/**
 * An answer to a problem of several skills stands in as many rows. Told one after the other, the
 * first would give away the others: they are one answer, of a skill of its own (Xiong et al. 2016).
 */
function joinSkills(rows: readonly Row[]): readonly Answer[] {
  const joined: Row[] = [];
  for (const row of rows) {
    const last = joined.at(-1);
    const isSame = last !== undefined && row.order !== '' && row.order === last.order && row.problem === last.problem;
    const [skill = '', ...others] = last?.values ?? [];
    const [another = ''] = row.values;
    if (!isSame) {
      joined.push(row);
      continue;
    }
    const skills = [...new Set([...skill.split(JOINT), another])].sort().join(JOINT);
    joined.splice(-1, 1, { ...last, values: [skills, ...others] });
  }
  return joined;
}
