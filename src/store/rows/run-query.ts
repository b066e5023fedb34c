/** Which runs a list shows, and in what order: SQL of fixed parts, with every value as a
 * parameter. */
import type { Statement } from 'better-sqlite3';
import type { Connection } from '../database.ts';
import type { Facet, NoteMatch, RunFacets, RunOrder } from '../../core/records/run-list.ts';
import type { RunFilter, RunQuery } from '../store.ts';
import { byLetters, foldName, noteSnippet } from '../summaries.ts';

/** JSON writes NaN and the infinities as text: they have no place in an order. */
const measured = (path: string): string =>
  `CASE json_type(score, '${path}') WHEN 'text' THEN NULL ELSE score ->> '${path}' END`;

const ORDERS = {
  started: 'number',
  name: 'name_folded',
  state: 'state',
  accuracy: measured('$.bestAccuracy'),
  front: measured('$.frontSize'),
  hypervolume: measured('$.hypervolume'),
  students: '(SELECT sum(trials) FROM trial_count WHERE run_id = run.id)',
  time: 'seconds',
} as const satisfies Record<RunOrder, string>;

const TRASH = { without: 'trashed_at IS NULL', only: 'trashed_at IS NOT NULL', with: '1' } as const;

/** `folded` is a function of ours: a note is as long as its writer likes, and few are searched. */
const SEARCHED = [
  'instr(name_folded, ?) > 0',
  'id IN (SELECT run_id FROM run_tag WHERE instr(tag_folded, ?) > 0)',
  `(note <> '' AND instr(folded(note), ?) > 0)`,
  `id IN (SELECT run_id FROM trial_note JOIN trial ON trial.id = trial_id WHERE instr(folded(trial_note.note), ?) > 0)`,
];

/** For the connection's statements that search. */
function defineFolded(db: Connection): void {
  db.function('folded', { deterministic: true }, (text: unknown) => foldName(String(text)));
}

interface Where {
  readonly sql: string;
  readonly values: readonly string[];
}

function whereOf(filter: RunFilter): Where {
  const parts: string[] = [TRASH[filter.trash ?? 'without']];
  const values: string[] = [];
  const search = foldName(filter.search ?? '');
  if (search !== '') {
    parts.push(`(${SEARCHED.join(' OR ')})`);
    values.push(...SEARCHED.map(() => search));
  }
  const lists = [
    ['state', filter.states],
    ['strategy', filter.strategies],
    ['dataset', filter.datasets],
    ['teacher', filter.teachers],
  ] as const;
  for (const [column, wanted] of lists) {
    if (wanted === undefined || wanted.length === 0) continue;
    parts.push(`${column} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(wanted));
  }
  for (const tag of filter.tags ?? []) {
    parts.push('id IN (SELECT run_id FROM run_tag WHERE tag_folded = ?)');
    values.push(foldName(tag));
  }
  return { sql: parts.join(' AND '), values };
}

/** Rows of a page, and how many there are in all. */
export function runPages<Row>(db: Connection) {
  defineFolded(db);
  /** The same wish comes again with each page and each change: its statement is kept. */
  const statements = new Map<string, Statement<unknown[]>>();
  const statement = (sql: string) => {
    const known = statements.get(sql) ?? db.prepare<unknown[]>(sql);
    statements.set(sql, known);
    return known;
  };
  return ({ order, offset = 0, limit = -1, ...filter }: RunQuery) => {
    const { sql, values } = whereOf(filter);
    const { by, descending } = order ?? { by: 'started', descending: true };
    const direction = descending ? 'DESC' : 'ASC';
    const page = statement(
      `SELECT * FROM run WHERE ${sql} ORDER BY ${ORDERS[by]} ${direction} NULLS LAST, number DESC LIMIT ? OFFSET ?`,
    );
    const size = statement(`SELECT count(*) AS total FROM run WHERE ${sql}`);
    // Sound: the columns of `run`, whose type the caller names, and one count.
    const rows = page.all(...values, limit, offset) as readonly Row[];
    const { total } = size.get(...values) as { readonly total: number };
    return { rows, total };
  };
}

export function noteSearcher(db: Connection) {
  defineFolded(db);
  const found = db.prepare<[string, string, string, string], { run_id: string; number: number | null; note: string }>(
    `SELECT id AS run_id, NULL AS number, note FROM run
     WHERE id IN (SELECT value FROM json_each(?)) AND note <> '' AND instr(folded(note), ?) > 0
     UNION ALL
     SELECT run_id, trial.number, trial_note.note FROM trial_note JOIN trial ON trial.id = trial_id
     WHERE run_id IN (SELECT value FROM json_each(?)) AND instr(folded(trial_note.note), ?) > 0
     ORDER BY number NULLS FIRST`,
  );
  return {
    noteHits: (runIds: readonly string[], search: string): readonly NoteMatch[] => {
      const [ids, wanted] = [JSON.stringify(runIds), foldName(search)];
      if (wanted === '') return [];
      const hits = new Map<string, NoteMatch>();
      for (const { run_id: runId, number, note } of found.all(ids, wanted, ids, wanted)) {
        if (hits.has(runId)) continue;
        hits.set(runId, { runId, ...(number !== null && { trial: number }), text: noteSnippet(note, search) ?? '' });
      }
      return runIds.flatMap((id) => hits.get(id) ?? []);
    },
  };
}

export function facetReader(db: Connection) {
  const of = (column: string) =>
    db.prepare<[], Facet>(
      `SELECT ${column} AS value, count(*) AS runs FROM run WHERE trashed_at IS NULL GROUP BY ${column}`,
    );
  const [states, strategies, datasets, teachers] = [of('state'), of('strategy'), of('dataset'), of('teacher')];
  const tags = db.prepare<[], Facet>(
    `SELECT min(tag) AS value, count(*) AS runs FROM run_tag JOIN run ON run.id = run_id
     WHERE trashed_at IS NULL GROUP BY tag_folded`,
  );
  const sorted = (facets: readonly Facet[]) => [...facets].sort((left, right) => byLetters(left.value, right.value));
  return {
    runFacets: (): RunFacets => ({
      states: sorted(states.all()),
      strategies: sorted(strategies.all()),
      datasets: sorted(datasets.all()),
      teachers: sorted(teachers.all()),
      tags: sorted(tags.all()),
    }),
  };
}
