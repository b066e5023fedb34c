/**
 * Do children that begin with a trained parent's weights rank as fully trained ones do? Of 60 pairs
 * of the recorded table's ResNet lattice the child is trained for two epochs, and held to its
 * recorded whole training with another seed. Resumable: one JSON line a training in
 * OUT/results.jsonl, and what is there is not trained again; any number of processes may share OUT.
 * Needs Node 24.
 *
 *   TF_NUM_INTRAOP_THREADS=1 nice node scripts/inherit-study.ts --out DIR [--again] [--most N]
 *       [--summary]
 *
 * --again: trains students of a search once more instead, from fresh weights and from the search's
 * (`inherit-study/again.ts`).
 * --most: so many trainings at most, this time.
 * --summary: prints the figures in Markdown and trains nothing.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ArchitectureGraph } from '../src/core/arch/graph.ts';
import type { Recipe } from '../src/core/records/recipe.ts';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { readNetwork, writeWeights } from '../src/compute/files/checkpoint.ts';
import { layoutOf } from '../src/compute/model/parameters.ts';
import type { HostWeights } from '../src/compute/model/parameters.ts';
import { drawnWeights } from '../src/compute/training/learner.ts';
import type { TrainingTask } from '../src/compute/training/task.ts';
import { warmWeights } from '../src/compute/training/warm-start/warm-weights.ts';
import { AGAIN, againPlan, againStudents, SEARCHED, summariseAgain } from './inherit-study/again.ts';
import type { Again, AgainRow } from './inherit-study/again.ts';
import { ARMS, pairsOf } from './inherit-study/plan.ts';
import type { Arm, Pair } from './inherit-study/plan.ts';
import { overlay } from './inherit-study/overlay.ts';
import { figuresOf, summarise } from './inherit-study/summary.ts';
import type { ChildRow, Recorded } from './inherit-study/summary.ts';
import { CHEAP_EPOCHS, FULL_EPOCHS, recipeOf, trainingId } from './record-table/plan.ts';
import { readRows } from './record-table/rows.ts';
import type { TableStudent } from './record-table/students.ts';
import { createBench } from './study/bench.ts';
import { readRecord, recorded } from './study/record.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DATASET = join(ROOT, 'resources/datasets/fashion-mnist');
const TEACHER = join(ROOT, 'resources/teachers/fashion-resnet');
const TABLE_ROWS = join(ROOT, 'resources/tables/fashion-kd.rows.jsonl');
/** Where figures are made of the rows that were kept. */
const RECORD = join(ROOT, 'benchmarks/records/inherit-study.jsonl');
const SEED = 1;
const OTHER_SEED = 2;
const MILLISECONDS_BETWEEN_LOOKS = 2000;

interface ParentRow {
  readonly id: string;
  readonly kind: 'parent';
  readonly parent: string;
  readonly accuracy: number;
  readonly file: string;
  readonly sha256: string;
  readonly cpuSeconds: number;
}

type Row = ChildRow | ParentRow | AgainRow;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    most: { type: 'string', default: 'Infinity' },
    again: { type: 'boolean', default: false },
    summary: { type: 'boolean', default: false },
  },
});
if (values.out === undefined && !values.summary) {
  console.error('Name the folder of the results: --out DIR');
  process.exit(2);
}
const file = values.out === undefined ? RECORD : join(values.out, 'results.jsonl');
if (!values.summary && values.out !== undefined) await study(values.out);
const rows = readRecord<Row>(file);
const children = rows.filter((row) => row.kind === 'child');
const again = rows.filter((row) => row.kind === 'again');
console.log(`\n${summarise(figuresOf(children, recordedFigures()))}`);
if (again.length > 0) console.log(`\n${summariseAgain(again)}`);

/** Of every child of the plan, what the table has. */
function recordedFigures(): ReadonlyMap<string, Recorded> {
  const rows = readRows([TABLE_ROWS]).trainings;
  return new Map(
    pairsOf().map(({ child: { id } }) => {
      const scratch = rows.get(trainingId('kd', SEED, CHEAP_EPOCHS, id))?.validationAccuracy ?? NaN;
      const test = rows.get(trainingId('kd', OTHER_SEED, FULL_EPOCHS, id))?.testAccuracy ?? NaN;
      return [id, { scratch, test }];
    }),
  );
}

async function study(out: string): Promise<void> {
  mkdirSync(join(out, 'parents'), { recursive: true });
  // One thread a process: results repeat, and several processes share the cores.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  const say = (line: string): void => console.error(line);
  const bench = createBench({ datasetDirectory: DATASET, targetsDirectory: join(out, 'targets'), say });
  const pairs = pairsOf();
  const parents = [...new Set(pairs.map(({ parent }) => parent))];
  const lattice = [
    ...parents.map((parent) => ({ id: parentId(parent), run: () => trainParent(parent) })),
    ...ARMS.flatMap((arm) =>
      pairs.map((pair) => ({ id: `${arm}/${pair.child.id}`, run: () => trainChild(pair, arm) })),
    ),
  ];
  const search = [
    ...againStudents().map((student) => ({ id: parentId({ id: student.family }), run: () => trainSearched(student) })),
    ...againPlan().map((training) => ({ id: training.id, run: () => trainAgain(training) })),
  ];
  await loadBackend();
  let done = 0;
  for (const { id, run } of values.again ? search : lattice) {
    if (done >= Number(values.most)) return;
    const row = await recorded<Row>(file, id, run);
    if (row === undefined) continue;
    done += 1;
    say(`${id}: ${row.accuracy.toFixed(4)} in ${row.cpuSeconds} s`);
  }

  function trainParent(parent: TableStudent): Promise<ParentRow> {
    return trainWhole(parent.id, parent.graph, recipeOf({ signal: 'kd', epochs: FULL_EPOCHS }));
  }

  function trainSearched({ family, graph }: Again['student']): Promise<ParentRow> {
    return trainWhole(family, graph, SEARCHED);
  }

  async function trainWhole(parent: string, graph: ArchitectureGraph, recipe: Recipe): Promise<ParentRow> {
    let written: { path: string; sha256: string } | undefined;
    const name = `parents/${parent.replace(/[^\w-]+/g, '_')}.safetensors`;
    const { validationAccuracy: accuracy, cpuSeconds } = await bench.train({
      ...{ graph, recipe, seed: SEED, teacherDirectory: TEACHER, onEpoch: () => undefined, tested: false },
      keep: (weights, layout) => (written = writeWeights(join(out, name), layout, weights)),
    });
    const sha256 = written?.sha256 ?? '';
    return { id: parentId({ id: parent }), kind: 'parent', parent, accuracy, file: name, sha256, cpuSeconds };
  }

  async function trainAgain({ id, student: { family, graph }, seed, arm }: Again): Promise<AgainRow> {
    const { file: name, sha256 } = await parentRow({ id: family });
    const result = await bench.train({
      ...{ graph, recipe: AGAIN, seed, teacherDirectory: TEACHER, onEpoch: () => undefined, tested: true },
      ...(arm === 'searched' && { begin: () => readNetwork(join(out, name), layoutOf(graph), sha256) }),
    });
    const { testAccuracy: accuracy = NaN, cpuSeconds } = result;
    return { id, kind: 'again', arm, family, seed, epochs: AGAIN.epochs, accuracy, cpuSeconds };
  }

  async function trainChild(pair: Pair, arm: Arm): Promise<ChildRow> {
    const parent = await parentRow(pair.parent);
    const { validationAccuracy: accuracy, cpuSeconds } = await bench.train({
      ...{ graph: pair.child.graph, recipe: recipeOf({ signal: 'kd', epochs: CHEAP_EPOCHS }), seed: SEED },
      ...{ teacherDirectory: TEACHER, onEpoch: () => undefined, tested: false },
      begin: (task) => begin(task, pair, arm, parent),
    });
    const names = { child: pair.child.id, parent: pair.parent.id };
    return {
      id: `${arm}/${pair.child.id}`,
      kind: 'child',
      arm,
      ...names,
      seed: SEED,
      epochs: CHEAP_EPOCHS,
      accuracy,
      cpuSeconds,
    };
  }

  /** Another process may be at it. */
  async function parentRow(parent: Pick<TableStudent, 'id'>): Promise<ParentRow> {
    for (;;) {
      const row = readRecord<Row>(file).find((one) => one.id === parentId(parent));
      if (row?.kind === 'parent' && existsSync(join(out, row.file))) return row;
      await setTimeout(MILLISECONDS_BETWEEN_LOOKS);
    }
  }

  async function begin(task: TrainingTask, { child, parent }: Pair, arm: Arm, row: ParentRow): Promise<HostWeights> {
    const path = join(out, row.file);
    if (arm === 'overlay') {
      const layout = layoutOf(parent.graph);
      return overlay(task.model.layout, drawnWeights(task), layout, readNetwork(path, layout, row.sha256));
    }
    const from = { map: arm, seed: SEED, parents: [{ path, sha256: row.sha256, graph: parent.graph }] };
    const tools = { yieldToEvents: bench.yieldToEvents, report: () => undefined };
    const weights = await warmWeights({ from, graph: child.graph }, task, tools);
    if (weights === undefined) throw new Error('It has a parent');
    return weights;
  }
}

function parentId({ id }: Pick<TableStudent, 'id'>): string {
  return `parent/${id}`;
}
