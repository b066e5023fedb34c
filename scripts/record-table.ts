/**
 * Records a table of distilled students: `fashion-kd` (`docs/table.md`), whose trainings stand in
 * `record-table/plan.ts`, or with `--table fashion-cells` all cells (`docs/cells-table.md`,
 * `record-table/cells.ts`). They lie in `resources/tables`. Resumable: a JSON line a training in
 * OUT/rows.jsonl, and what is there or in the repository's rows is not trained again; killed at any
 * moment it loses the training it was at; any number of processes may share OUT. Needs Node 24.
 *
 *   TF_NUM_INTRAOP_THREADS=1 nice node scripts/record-table.ts --out DIR [--stages kd,none,...]
 *       [--most N]
 *   node scripts/record-table.ts --latency --out DIR    times the students, on a machine that does
 *                                                       nothing else
 *   node scripts/record-table.ts --collect --out DIR    takes the rows of DIR into the repository's
 *   node scripts/record-table.ts --assemble             makes the table of the repository's rows
 *   node scripts/record-table.ts --summary [--card]     prints the card's figures; --card: writes
 *                                                       them into docs/table.md
 *   node scripts/record-table.ts --plan [--out DIR]     what is done, what is missing, and how long
 *                                                       it will take
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeAtomically } from '../src/compute/files/atomic-file.ts';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { measureLatency } from '../src/compute/tasks/latency/run.ts';
import { assemble, FASHION_CELLS, FASHION_KD, latencyId, LATENCY_ROUNDS, tableText } from './record-table/assemble.ts';
import type { TableKind } from './record-table/assemble.ts';
import { cellPlan, cellStudents, summariseCells } from './record-table/cells.ts';
import { withFigures } from './record-table/card.ts';
import { latencyRow, TIMED } from './record-table/latency.ts';
import { STAGES, tablePlan, tableStudents } from './record-table/plan.ts';
import { progressText, waitingTrainings } from './record-table/progress.ts';
import { headerOf, openSession, trainRow } from './record-table/recorder.ts';
import { collectRows, openRows, readRows } from './record-table/rows.ts';
import { summarise } from './record-table/summary.ts';
import { createBench } from './study/bench.ts';
import { appendRow, recorded } from './study/record.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DATASET = join(ROOT, 'resources/datasets/fashion-mnist');
const TEACHER = join(ROOT, 'resources/teachers/fashion-resnet');

interface RecordedPlan {
  readonly kind: TableKind;
  readonly students: typeof tableStudents;
  readonly plan: typeof tablePlan;
  readonly summarise: typeof summarise;
}

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: {
    table: { type: 'string', default: 'fashion-kd' },
    out: { type: 'string' },
    stages: { type: 'string', default: STAGES.join() },
    most: { type: 'string', default: 'Infinity' },
    ...{ latency: flag, collect: flag, assemble: flag, summary: flag, card: flag, plan: flag },
  },
});

const tables: Readonly<Record<string, RecordedPlan>> = {
  'fashion-kd': { kind: FASHION_KD, students: tableStudents, plan: tablePlan, summarise },
  'fashion-cells': { kind: FASHION_CELLS, students: cellStudents, plan: cellPlan, summarise: summariseCells },
};
const recordedTable =
  tables[values.table] ?? usage(`There is no table ${values.table}: choose one of ${Object.keys(tables).join(', ')}.`);
const ROWS = join(ROOT, `resources/tables/${values.table}.rows.jsonl`);
const TABLE = join(ROOT, `resources/tables/${values.table}.json`);
const CARD = join(ROOT, recordedTable.kind.card);
const students = recordedTable.students();
const plan = recordedTable.plan();
const say = (line: string): void => console.error(line);
const readOnly = values.assemble || values.summary || values.plan;
const out = values.out ?? (readOnly ? undefined : usage('Name the folder of the rows: --out DIR'));
const own = out === undefined ? [] : [join(out, 'rows.jsonl')];

if (values.collect)
  collectRows(
    own,
    ROWS,
    plan.map(({ id }) => id),
  );
if (values.assemble)
  writeAtomically(TABLE, Buffer.from(tableText(assemble(readRows([ROWS]), students, plan, recordedTable))));
if (values.summary) {
  const figures = recordedTable.summarise(readRows([ROWS, ...own]), students, plan);
  if (values.card) writeAtomically(CARD, Buffer.from(withFigures(readFileSync(CARD, 'utf8'), figures)));
  else console.log(figures);
}
if (values.plan || values.collect || values.assemble) say(progressText(readRows([ROWS, ...own]), plan));
else if (!values.summary && out !== undefined) await (values.latency ? timeStudents : trainStudents)(own[0] ?? '', out);

async function open(file: string, out: string) {
  // One thread a process: trainings repeat themselves to the bit, and several processes share the
  // cores.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  const backend = await loadBackend();
  // Rows say what a training costs: those of a slower backend are no part of the same table.
  if (backend.note !== undefined) usage(`Not recorded: ${backend.note}`);
  const bench = createBench({ datasetDirectory: DATASET, targetsDirectory: join(out, 'targets'), say });
  openRows(file, headerOf(bench.dataset, TEACHER, students));
  const rows = readRows([file, ROWS]);
  return { bench, rows, session: openSession(file, backend, new Date().toISOString()) };
}

async function trainStudents(file: string, out: string): Promise<void> {
  const { bench, rows, session } = await open(file, out);
  const waiting = waitingTrainings(plan, rows, values.stages.split(','));
  say(progressText(rows, plan));
  for (const [index, training] of waiting.slice(0, Number(values.most)).entries()) {
    const row = await recorded(file, training.id, (stillAtIt) =>
      trainRow(bench, training, TEACHER, session.id, stillAtIt),
    );
    if (row === undefined) continue;
    const told = row.failed ?? `${row.validationAccuracy} and ${row.testAccuracy} in ${row.cpuSeconds} s`;
    say(`${index + 1}/${waiting.length} ${training.id}: ${told}`);
  }
}

async function timeStudents(file: string, out: string): Promise<void> {
  const { bench, rows, session } = await open(file, out);
  for (const round of LATENCY_ROUNDS) {
    for (const student of students) {
      if (rows.latencies.has(latencyId(round, student.id))) continue;
      const row = await latencyRow(student, round, session.id, ({ graph }) =>
        measureLatency(graph, TIMED.engines, TIMED.batches, bench.yieldToEvents),
      );
      if (row === undefined) {
        say(`Others keep the machine busy, ${student.id} cannot be timed: run this again when it is quiet.`);
        process.exitCode = 1;
        return;
      }
      appendRow(file, row);
    }
  }
}

function usage(message: string): never {
  console.error(message);
  process.exit(2);
}
