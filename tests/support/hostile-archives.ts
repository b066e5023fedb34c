/**
 * Archives of a stranger with right sizes and hashes: sound ones with a few things in them that no
 * program of ours writes. Everything follows from a seed.
 */
import type { Manifest } from '../../src/bridge/schemas/archive.ts';
import { readJson, writeJson } from '../../src/store/numbers.ts';
import { lines, manifestOf, sha256Of } from './forge.ts';
import type { Content } from './forge.ts';
import { asTree, Chance, isTree, spoil, VALUES } from './hostile-json.ts';
import type { Json, Tree } from './hostile-json.ts';

export type Row = readonly unknown[];

/** What an archive is made of, before it is packed. */
export interface Draft {
  readonly runs: readonly { readonly id: string; readonly name: string; readonly rows: readonly Row[] }[];
  /** Weights, teachers, data sets, replays. */
  readonly files: Content;
  readonly views: Manifest['views'];
}

export interface HostileArchive {
  readonly manifest: unknown;
  readonly content: Content;
  /** What was done to it, for whoever reads of a failure. */
  readonly deeds: readonly string[];
}

/** Columns of JSON by table. */
const JSON_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  run: ['config', 'score', 'sources'],
  trial: ['config', 'why', 'metrics'],
  event: ['json'],
};

const deepList = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const deepObject = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

const PATHS = [
  ...['../../evil', '/evil', 'teachers/../../evil', 'teachers/big/../../../evil', 'runs/../../evil', 'evil.txt'],
  ...['teachers/con/teacher.json', 'datasets/nul.txt/dataset.json', 'teachers/big./teacher.json', 'teachers/BIG/x'],
  ...[
    'teachers/big/x ',
    'teachers/ big/x',
    'teachers/.big/x',
    '__MACOSX/teachers/x',
    '.DS_Store',
    'teachers/big/.DS_Store',
  ],
  ...['checkpoints/x.safetensors', 'workspace.sqlite', 'recovery.json', 'backups/x.sqlite', 'teachers/big/a/b/c/d'],
  ...[
    'datasets/FASHION-MNIST/dataset.json',
    'replays/../x',
    'replays/x',
    `teachers/${'a'.repeat(150)}/x`,
    'a\\b',
    'manifest.json',
  ],
  ...[
    'teachers/big/teacher.json/x',
    'runs/run_1/records.jsonl/x',
    'runs/other/records.jsonl',
    'runs/run_1/checkpoints/99-final.safetensors',
  ],
];

interface Hand {
  readonly chance: Chance;
  runs: { id: string; name: string; rows: unknown[][] }[];
  files: Record<string, Buffer>;
  views: Json[];
  manifest: Record<string, Json>;
  /** Columns of each table's rows, after the table's name. */
  readonly columns: (table: string) => readonly string[] | undefined;
}

type Deed = (hand: Hand) => string;

function rowOf({ runs, chance }: Hand, wanted?: (row: readonly unknown[]) => boolean): unknown[] | undefined {
  const rows = runs.flatMap((run) => run.rows).filter((row) => wanted?.(row) ?? true);
  return rows.length === 0 ? undefined : chance.of(rows);
}

const value: Deed = (hand) => {
  // A table first: there are more rows of curves than of all else.
  const tables = [...new Set(hand.runs.flatMap((run) => run.rows.map(([table]) => table)))];
  if (tables.length === 0) return 'nothing';
  const table = hand.chance.of(tables);
  const row = rowOf(hand, ([name]) => name === table) ?? [];
  const place = 1 + hand.chance.below(Math.max(1, row.length - 1));
  const to = hand.chance.in(0.03) ? 'x'.repeat(1_000_000) : hand.chance.of(VALUES);
  const before = row[place];
  row[place] =
    typeof before === 'number' && hand.chance.in(0.4)
      ? hand.chance.of<unknown>([before + 1, before - 1, -before, before + 0.5, before * 1e6, String(before)])
      : to;
  return (
    `${String(table)}.${hand.columns(String(table))?.[place - 1]} = ` +
    `${String(JSON.stringify(row[place])).slice(0, 60)}`
  );
};

const inside: Deed = (hand) => {
  const row = rowOf(hand, ([table]) => JSON_COLUMNS[String(table)] !== undefined && hand.chance.in(0.7));
  if (row === undefined) return 'nothing';
  const table = String(row[0]);
  const column = hand.chance.of(JSON_COLUMNS[table] ?? []);
  const place = 1 + (hand.columns(table)?.indexOf(column) ?? 0);
  if (hand.chance.in(0.04)) {
    const levels = hand.chance.of([100, 900, 5000, 300_000]);
    row[place] = hand.chance.in(0.5) ? deepList(levels) : deepObject(levels);
    return `${table}.${column} deep`;
  }
  const tree = asTree(row[place]);
  if (tree === undefined) return 'nothing';
  const what = spoil(tree, hand.chance);
  row[place] = hand.chance.in(0.5) ? JSON.stringify(tree) : writeJson(tree);
  return `${table}.${column}: ${what}`;
};

/** A student that is another one in its row and in the log, alike. */
const student: Deed = (hand) => {
  const row = rowOf(hand, ([table]) => table === 'trial');
  const run = hand.runs.find(({ rows }) => row !== undefined && rows.includes(row));
  if (row === undefined || run === undefined) return 'nothing';
  const columns = hand.columns('trial') ?? [];
  const at = (column: string): number => 1 + columns.indexOf(column);
  const config = asTree(row[at('config')]);
  if (config === undefined || Array.isArray(config)) return 'nothing';
  const isFamily = hand.chance.in(0.2);
  const what = isFamily ? 'family' : spoil(config, hand.chance);
  if (isFamily) row[at('family')] = hand.chance.of(['vit', 'mlp-mixer', 'constructor', '', 'toString']);
  const number = row[at('number')];
  row[at('config')] = JSON.stringify(config);
  for (const event of run.rows.filter(([table]) => table === 'event')) {
    const place = 1 + (hand.columns('event')?.indexOf('json') ?? 0);
    const tree = readTree(event[place]) as { proposals?: { trial: unknown; candidate: object }[] } | undefined;
    // An earlier hand may have spoilt it.
    const proposals: readonly unknown[] = Array.isArray(tree?.proposals) ? tree.proposals : [];
    const own = proposals.find(
      (one): one is { candidate: object } => isTree(one) && 'trial' in one && one.trial === number,
    );
    if (own === undefined) continue;
    own.candidate = { family: row[at('family')], config };
    event[place] = writeJson(tree);
  }
  return `student ${String(number)}: ${what}`;
};

function readTree(text: unknown): Tree | undefined {
  try {
    const tree = readJson(String(text));
    return isTree(tree) ? tree : undefined;
  } catch {
    return undefined;
  }
}

const rows: Deed = ({ runs, chance }) => {
  const run = chance.of(runs);
  const place = chance.below(run.rows.length);
  const row = run.rows[place] ?? [];
  switch (chance.below(7)) {
    case 0:
      run.rows.splice(place, 1);
      return `no ${String(row[0])}`;
    case 1:
      run.rows.splice(place, 0, [...row]);
      return `${String(row[0])} twice`;
    case 2:
      run.rows.push([...row]);
      return `${String(row[0])} again at the end`;
    case 3:
      row.push(chance.of(VALUES));
      return `${String(row[0])} with one value more`;
    case 4:
      row.pop();
      return `${String(row[0])} with one value less`;
    case 5:
      row[0] = chance.of([
        'meta',
        'saved_view',
        'trial_count',
        'sqlite_schema',
        'constructor',
        'run',
        'epoch',
        5,
        null,
      ]);
      return `a row of ${String(row[0])}`;
    default: {
      const other = chance.below(run.rows.length);
      [run.rows[place], run.rows[other]] = [run.rows[other] ?? [], row];
      return 'two rows in each other’s place';
    }
  }
};

const blob: Deed = (hand) => {
  const row = rowOf(hand, ([table]) => table === 'prediction' || table === 'latency');
  if (row === undefined) return 'nothing';
  const table = String(row[0]);
  const place = 1 + (hand.columns(table)?.indexOf(table === 'prediction' ? 'probabilities' : 'timings') ?? 0);
  const data = Buffer.from(String(row[place]), 'base64');
  const half = data.subarray(0, data.length >> 1);
  const longer = Buffer.concat([data, Buffer.from([1, 2, 3, 4])]);
  const noise = Buffer.from(Array.from({ length: data.length }, () => hand.chance.below(256)));
  row[place] = hand.chance.of<unknown>([
    ...[half, longer, noise, Buffer.alloc(0), Buffer.alloc(data.length, 0xff)].map((one) => one.toString('base64')),
    ...['%%%', 'AAA', null, 5, String(row[place]).replace(/=+$/, '')],
  ]);
  if (table === 'prediction' && hand.chance.in(0.5)) {
    // Counts that fit the new length, and are none.
    const bytes = Buffer.from(String(row[place]), 'base64').length / 2;
    const [count, classes] = hand.chance.of([
      [-1, -bytes],
      [bytes, 1],
      [1, bytes],
      [0, 0],
      [0.5, 2 * bytes],
    ] as const);
    row[1 + (hand.columns(table)?.indexOf('count') ?? 0)] = count;
    row[1 + (hand.columns(table)?.indexOf('classes') ?? 0)] = classes;
  }
  return `${table}: another blob`;
};

/** A card, a curve, a replay: JSON with something wrong in it, and every hash right. */
const card: Deed = (hand) => {
  const path = hand.chance.of(Object.keys(hand.files).filter((name) => name.endsWith('.json')));
  const tree = asTree(hand.files[path]);
  if (tree === undefined) return 'nothing';
  const what = spoil(tree, hand.chance);
  const data = Buffer.from(JSON.stringify(tree));
  const replay = /^(replays\/[A-Za-z0-9_]+)-[0-9a-f]{12}\.json$/.exec(path);
  Reflect.deleteProperty(hand.files, path);
  hand.files[replay ? `${replay[1]}-${sha256Of(data).slice(0, 12)}.json` : path] = data;
  return `${path}: ${what}`;
};

/** Bytes of an image or label file, by a card that names their hash. */
const images: Deed = (hand) => {
  const path = hand.chance.of(Object.keys(hand.files).filter((name) => name.endsWith('.gz')));
  const place = path.replace(/[^/]+$/, 'dataset.json');
  const data = Buffer.from(hand.files[path] ?? []);
  const flips = 1 + hand.chance.below(4);
  for (let flip = 0; flip < flips; flip += 1) data[hand.chance.below(data.length)] = hand.chance.below(256);
  const changed = hand.chance.in(0.3) ? data.subarray(0, hand.chance.below(data.length)) : data;
  const text = String(hand.files[place]);
  hand.files[place] = Buffer.from(
    text
      .replaceAll(sha256Of(hand.files[path] ?? Buffer.alloc(0)), sha256Of(changed))
      .replaceAll(`"bytes":${data.length}`, `"bytes":${changed.length}`),
  );
  hand.files[path] = changed;
  return `${path}: other bytes`;
};

const names: Deed = (hand) => {
  const paths = Object.keys(hand.files);
  const path = hand.chance.of(paths);
  const data = hand.files[path] ?? Buffer.alloc(0);
  switch (hand.chance.below(6)) {
    case 0:
      Reflect.deleteProperty(hand.files, path);
      return `no ${path}`;
    case 1: {
      const other = hand.chance.of(PATHS);
      hand.files[other] = data;
      return `${other} added`;
    }
    case 2: {
      const other = hand.chance.of(PATHS);
      Reflect.deleteProperty(hand.files, path);
      hand.files[other] = data;
      return `${path} as ${other}`;
    }
    case 3: {
      const other = path.toUpperCase().replace(/^[A-Z]+/, (room) => room.toLowerCase());
      hand.files[other] = data;
      return `${other} beside it`;
    }
    default: {
      // A whole teacher or data set by a name of the program.
      const [kind = '', name = ''] = path.split('/');
      const other =
        kind === 'teachers' ? 'fashion-resnet' : hand.chance.of(['fashion-mnist', 'Fashion-MNIST', 'x'.repeat(120)]);
      for (const one of paths.filter((each) => each.startsWith(`${kind}/${name}/`))) {
        hand.files[one.replace(`${kind}/${name}/`, `${kind}/${other}/`)] = hand.files[one] ?? data;
        Reflect.deleteProperty(hand.files, one);
      }
      return `${kind}/${name} as ${other}`;
    }
  }
};

const paper: Deed = ({ manifest, runs, views, chance }) => {
  switch (chance.below(5)) {
    case 0:
      manifest[chance.of(['kind', 'program', 'packedAt', 'schema', 'version', 'runs', 'views', 'files', '__proto__'])] =
        chance.of(VALUES);
      return 'a field of the manifest';
    case 1:
      chance.of(runs).id = String(
        chance.of(['', 'a/b', '..', 'con', 'x'.repeat(57), 'RUN_1', 'run_1', '__proto__', 'run_1-0000']),
      );
      return 'an id';
    case 2:
      chance.of(runs).name = String(chance.of(VALUES));
      return 'a name';
    case 3:
      views.push({ name: chance.of(VALUES), content: chance.of(VALUES) });
      return 'a view';
    default: {
      const view = views.find(isTree) as Record<string, Json> | undefined;
      const tree = asTree(view?.['content']);
      if (view === undefined || tree === undefined) return 'nothing';
      const what = spoil(tree, chance);
      view['content'] = JSON.stringify(tree);
      return `a view: ${what}`;
    }
  }
};

/** As often as they are worth it: what is in JSON is where most rules are. */
const DEEDS: readonly Deed[] = [
  ...[value, value, value, value, inside, inside, inside, inside, inside, student, student],
  ...[rows, blob, card, card, images, names, paper],
];

/** `most`: deeds, where another number than the seed's is wanted; 0 for the sound one. */
export function hostileArchive(
  draft: Draft,
  columns: (table: string) => readonly string[] | undefined,
  seed: number,
  most?: number,
): HostileArchive {
  const chance = new Chance(seed);
  const hand: Hand = {
    ...{ chance, columns, manifest: {} },
    runs: draft.runs.map(({ id, name, rows: own }) => ({ id, name, rows: own.map((row) => [...row]) })),
    files: { ...draft.files },
    views: draft.views.map((view) => ({ ...view })),
  };
  const deeds = Array.from({ length: most ?? chance.of([1, 1, 1, 2, 3]) }, () => chance.of(DEEDS)(hand));
  const content: Record<string, Buffer> = {};
  for (const { id, rows: own } of hand.runs) content[`runs/${id}/records.jsonl`] = lines(...own);
  Object.assign(content, hand.files);
  const facts = hand.runs.map(({ id, name }) => ({
    id,
    name,
    records: sha256Of(content[`runs/${id}/records.jsonl`] ?? Buffer.alloc(0)),
  }));
  const manifest = { ...manifestOf(content), runs: facts, views: hand.views, ...hand.manifest };
  return { manifest, content, deeds };
}
