/**
 * Recorded spaces that are known whole, each a game with one objective: a search is told one
 * measure and scored by another that it never saw.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPromise } from 'yauzl';
import { decodeNpy } from '../../../src/compute/teachers/logits/npy.ts';
import type { NumberArray } from '../../../src/compute/teachers/logits/npy.ts';
import { studentFamily } from '../../../src/core/arch/families/registry.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import type { Metrics } from '../../../src/core/objective.ts';
import type { Family } from '../../../src/core/space/space.ts';
import { createTableProblem } from '../../../src/core/strategies/replay.ts';
import type { Embedding } from '../../../src/core/strategies/embedding.ts';
import { embeddingIn, readEmbedding } from '../../../src/host/library/embedding.ts';
import { parseTable } from '../../../src/core/strategies/recorded-table.ts';
import type { RecordedTable, TableFamily, TableRow } from '../../../src/core/strategies/recorded-table.ts';
import { readClaimTable } from '../../claim/read-table.ts';
import { meanOf } from '../statistics.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TABLES = join(ROOT, 'resources/tables');

/** What a search is told, and what its find is scored by. */
export interface Direction {
  readonly told: string;
  readonly score: string;
  /** What is told, of another training. */
  readonly again?: string;
}

export interface StudySpace {
  readonly name: string;
  /** Of one family; every row has all that is told and scored. */
  readonly table: RecordedTable;
  readonly directions: readonly Direction[];
  /** Points of accuracy in one unit of its measures. */
  readonly points: number;
  /** Where several codes are one network: the one that was trained. */
  readonly representative?: Family['representative'];
  /** Of its students, learned without a result; absent, too, where those who use one are not
   * played. */
  readonly embedding?: Embedding | undefined;
}

/** Trainings of one seed and of the other. */
const SEEDS: readonly Direction[] = [
  { told: 'accuracy', score: 'testAccuracySeed2', again: 'accuracySeed2' },
  { told: 'accuracySeed2', score: 'testAccuracy', again: 'accuracy' },
];

export interface FoundSpaces {
  readonly spaces: readonly StudySpace[];
  /** Of what is not there, in words. */
  readonly missing: readonly string[];
}

/** `shared`: the folder that has the public tables, which are not part of the program. `tables`:
 * that of our own. */
export async function findSpaces(shared: string, tables = TABLES): Promise<FoundSpaces> {
  const kd = readTable(join(tables, 'fashion-kd.json'));
  const lattices = (['resnet', 'mlp-mixer'] as const).map((family) =>
    spaceOf(kd, family, ({ metrics }) => metrics['lattice'] === 1, { name: `fashion-${family}`, directions: SEEDS }),
  );
  const found = [fashionCells(tables), ...(await nasBench(shared))];
  const embedding = await readEmbedding(embeddingIn(join(ROOT, 'resources')));
  const embedded = (space: StudySpace): StudySpace => {
    const [family] = createTableProblem(space.table, { seed: 1, budget: 1 }).problem.space.families;
    return family && space.name !== SHORT_NAME && embedding.covers(family) ? { ...space, embedding } : space;
  };
  return {
    spaces: [...lattices, ...found.filter((one) => typeof one !== 'string')].map(embedded),
    missing: found.filter((one) => typeof one === 'string'),
  };
}

const readTable = (file: string): RecordedTable => parseTable(JSON.parse(readFileSync(file, 'utf8')), file);

function spaceOf(
  table: RecordedTable,
  family: string,
  isMeant: (row: TableRow) => boolean,
  { name, directions, points = 100 }: Pick<StudySpace, 'name' | 'directions'> & { readonly points?: number },
): StudySpace {
  const names = directions.flatMap(({ told, score }) => [told, score]);
  const isUsable = (row: TableRow): boolean => isMeant(row) && names.every((one) => Number.isFinite(row.metrics[one]));
  const families = table.families
    .filter((one) => one.name === family)
    .map(({ rows: all, parameters, ...rest }): TableFamily => {
      const rows = all.filter(isUsable);
      // A lattice has levels of its own: what is next to what goes by them.
      const used = (place: number) => new Set(rows.map(({ levels }) => levels[place]));
      const own = parameters.map((one, i) => ({ ...one, values: one.values.filter((level) => used(i).has(level)) }));
      return { ...rest, parameters: own, rows };
    });
  return { name, table: { ...table, complete: false, families }, directions, points };
}

/** Our own cells, once all of them are trained with both seeds. */
function fashionCells(tables: string): StudySpace | string {
  const file = join(tables, 'fashion-cells.json');
  if (!existsSync(file)) return `fashion-cells: ${file} is not recorded yet`;
  const { table, missing } = readClaimTable(file);
  const left = Object.values(missing).reduce((sum, count) => sum + count, 0);
  if (left > 0) return `fashion-cells: ${left} trainings of ${file} are not recorded yet`;
  const space = spaceOf(table, 'cells', () => true, { name: 'fashion-cells', directions: SEEDS });
  const { representative } = studentFamily('cells', { inputShape: [28, 28, 1], classes: 10 });
  return representative ? { ...space, representative } : space;
}

/** Of NAS-Bench-201: validation accuracy of the training with seed 777, test accuracy of that with
 * seed 888, both of 200 epochs on the 25,000 images of the training half. */
const NAS_BENCH = { told: 'accuracySeed777', score: 'testAccuracySeed888', again: 'accuracySeed888' } as const;
/** The mean of two trainings of 12 epochs; played for the sake of neighbourhoods. */
const SHORT_NAME = 'nas-bench-201-short';
const SHORT = { told: 'accuracy12', score: NAS_BENCH.score };

async function nasBench(shared: string): Promise<readonly (StudySpace | string)[]> {
  const [file, seeds] = [
    join(shared, 'tables/nas-bench-201-cifar10.json'),
    join(shared, 'data/nas-bench-201/nb201_core.npz'),
  ];
  const absent = [file, seeds].find((one) => !existsSync(one));
  if (absent !== undefined) return [`nas-bench-201: there is no ${absent}; name the folder with --shared DIR`];
  const table = readTable(file);
  const [validation, test] = await readNamed(seeds, ['c10_xvalid_200', 'c10_oritest_trainsplit_200_seed888']);
  const [family] = table.families;
  if (!family || !validation || !test) return [`nas-bench-201: ${seeds} lacks an array`];
  const runs = validation.values.length / test.values.length;
  const rows = family.rows.map((row, cell): TableRow => {
    const own = [...validation.values.subarray(cell * runs, (cell + 1) * runs)].filter(Number.isFinite);
    // Both are in the benchmark's order, which the mean over the runs gives away.
    if (!(Math.abs(meanOf(own) - (row.metrics['accuracy'] ?? NaN)) < SAME_MEAN)) {
      throw new WorkbenchError('usage.invalid', `${seeds}: cell ${cell} is another than that of ${file}.`);
    }
    const metrics: Metrics = {
      ...row.metrics,
      [NAS_BENCH.told]: own[0] ?? NaN,
      [NAS_BENCH.again]: own[1] ?? NaN,
      [NAS_BENCH.score]: test.values[cell] ?? NaN,
    };
    return { ...row, metrics };
  });
  const whole = { ...table, families: [{ ...family, rows }] };
  return [
    { name: 'nas-bench-201', directions: [NAS_BENCH], points: 1 },
    { name: SHORT_NAME, directions: [SHORT], points: 1 },
  ].map((one) => {
    const space = spaceOf(whole, family.name, () => true, one);
    return { ...space, table: { ...space.table, complete: table.complete } };
  });
}

/** Of the runs of a cell, rounded in the table. */
const SAME_MEAN = 1e-3;

/** Arrays of floats of a .npz file; others of it are not looked at. */
async function readNamed(file: string, names: readonly string[]): Promise<readonly (NumberArray | undefined)[]> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false });
  const found = new Map<string, NumberArray>();
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.replace(/\.npy$/, '');
      if (!names.includes(name)) continue;
      const chunks: Buffer[] = [];
      // Sound: the stream of an entry gives buffers.
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      found.set(name, decodeNpy(Buffer.concat(chunks)));
    }
  } finally {
    zip.close();
  }
  return names.map((name) => found.get(name));
}
