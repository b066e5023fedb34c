/** Which runs a list shows, and in what order: SQL of fixed parts, with every value as a parameter. */
import type { Statement } from 'better-sqlite3';
import type { Connection } from './database.ts';
import type { Facet, RunFacets, RunFilter, RunOrder, RunQuery } from './store.ts';
import { byLetters, foldName } from './summaries.ts';

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

interface Where {
  readonly sql: string;
  readonly values: readonly string[];
}

function whereOf(filter: RunFilter): Where {
  const parts: string[] = [TRASH[filter.trash ?? 'without']];
  const values: string[] = [];
  const search = foldName(filter.search ?? '');
  if (search !== '') {
    parts.push(`(instr(name_folded, ?) > 0 OR id IN (SELECT run_id FROM run_tag WHERE instr(tag_folded, ?) > 0))`);
    values.push(search, search);
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
