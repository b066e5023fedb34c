/** Which column of a table of answers is what: by the names that ASSISTments and its kin give them,
 * or as a person says. */
import type { AnswerColumn } from '../../../core/sequences/answers.ts';
import { unusable } from '../import/source.ts';
import type { SequenceOptions } from '../../tasks/import/task.ts';

const NAMES = {
  pupil: ['user_id', 'student_id', 'pupil', 'student', 'user', 'uid', 'anon student id'],
  correct: ['correct', 'is_correct', 'answer_correct', 'correctness'],
  skill: ['skill_id', 'skill_name', 'skill', 'concept', 'kc', 'sequence_id'],
  problem: ['problem_id', 'problem', 'item_id', 'question_id'],
  order: ['order_id', 'log_id', 'timestamp', 'order', 'start_time', 'time'],
  split: ['split'],
} as const;

type Role = keyof typeof NAMES;

/** What a person says a role is by. */
const OPTIONS: Readonly<Record<Exclude<Role, 'split'>, string>> = {
  pupil: '--pupil',
  correct: '--correct',
  skill: '--skill',
  problem: '--problem',
  order: '--order',
};

export interface Header {
  readonly pupil: number;
  readonly correct: number;
  /** Where there is one. */
  readonly order: number | undefined;
  readonly problem: number | undefined;
  readonly split: number | undefined;
  /** What is kept of each answer, the skill first, and the place of each. */
  readonly columns: readonly AnswerColumn[];
  readonly places: readonly number[];
}

/** There are pupils, and whether they were right. */
export function isAnswerHeader(cells: readonly string[]): boolean {
  return placeOf(cells, 'pupil') !== undefined && placeOf(cells, 'correct') !== undefined;
}

/** Throws `dataset.unusable` where a column is not there. */
export function readHeader(file: string, cells: readonly string[], options: SequenceOptions): Header {
  const has = `it has ${cells.join(', ')}`;
  const named = (name: string): number => {
    const place = cells.indexOf(name);
    if (place < 0) throw unusable(file, `it has no column "${name}"; ${has}`);
    return place;
  };
  const found = (role: Exclude<Role, 'split'>): number | undefined => {
    const said = options[role];
    return said === undefined ? placeOf(cells, role) : named(said);
  };
  const needed = (role: 'pupil' | 'correct' | 'skill'): number => {
    const place = found(role);
    if (place !== undefined) return place;
    const what = { pupil: 'the pupil', correct: 'whether an answer was right', skill: 'the skill' }[role];
    const usual = NAMES[role].join(', ');
    throw unusable(file, `it has no column of ${what} (${usual}); ${has}. Name it (${OPTIONS[role]} COLUMN)`);
  };
  const [pupil, correct, skill, problem] = [needed('pupil'), needed('correct'), needed('skill'), found('problem')];
  const more = (names: readonly string[] = [], isKnown: boolean) =>
    names.map((name) => ({ place: named(name), column: { title: name, isKnown, type: 'any' as const } }));
  const kept = [
    { place: skill, column: { title: 'Skill', isKnown: true, type: 'text' as const } },
    ...(problem === undefined
      ? []
      : [{ place: problem, column: { title: 'Problem', isKnown: true, type: 'text' as const } }]),
    ...more(options.known, true),
    ...more(options.modalities, false),
  ];
  const taken = new Set(['correct']);
  const columns = kept.map(({ column }) => ({ ...column, name: nameOf(column.title, taken) }));
  return {
    pupil,
    correct,
    order: found('order'),
    problem,
    split: placeOf(cells, 'split'),
    columns,
    places: kept.map(({ place }) => place),
  };
}

function placeOf(cells: readonly string[], role: Role): number | undefined {
  const lower = cells.map((cell) => cell.toLowerCase());
  const place = NAMES[role].map((name) => lower.indexOf(name)).find((one) => one >= 0);
  return place;
}

/** As a card's modalities are named. */
function nameOf(title: string, taken: Set<string>): string {
  const plain = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 36);
  const base = plain === '' ? 'column' : plain;
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
  taken.add(name);
  return name;
}
