/**
 * The agent of E2GAN: generators that it builds beside AKD's policy and chance, and students beside
 * AKD (docs/beyond-images.md).
 *
 *   npm run study -- gan [--json]
 *   npm run study -- gan --record [--out DIR] [--work DIR] [--generators N] [--students N]
 *
 *   --json          on standard output the last line alone
 *   --record        plays what is missing: some minutes of a core for each agent and seed;
 *                   resumable, and several processes may share DIR
 *   --out DIR       where the record is kept (benchmarks/records)
 *   --work DIR      folders of the generators, with their sheets (.cache/study-gan)
 *   --generators N  seeds of generators (3)
 *   --students N    paired seeds of students (20)
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseTable } from '../../src/core/strategies/recorded-table.ts';
import { studyFigures, studyText } from './gan/figures.ts';
import type { GanRow } from './gan/figures.ts';
import { generatorOrders, GENERATORS, playGenerators } from './gan/generators.ts';
import { playStudents, studentOrders, STUDENTS } from './gan/students.ts';
import { readRecord, recorded } from './record.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'study-gan.jsonl';
const RECORDS = join(ROOT, 'benchmarks/records');
const TABLE = join(ROOT, 'resources/tables/fashion-kd.json');

type Say = (line: string) => void;

/** Throws what `parseArgs` throws, and a RangeError for seeds that are none. */
export async function studyGan(args: readonly string[], say: Say): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      out: { type: 'string', default: RECORDS },
      work: { type: 'string', default: join(ROOT, '.cache/study-gan') },
      generators: { type: 'string', default: String(GENERATORS.seeds) },
      students: { type: 'string', default: String(STUDENTS.seeds) },
    },
  });
  const { json, record, out, work } = values;
  const file = join(out, NAME);
  if (record) {
    await recordStudents(file, countIn('students', values.students), say);
    await recordGenerators(file, work, countIn('generators', values.generators), say);
  }
  const rows = readRecord<GanRow>(file);
  say(`${rows.length} rows of ${file}`);
  const figures = studyFigures(rows);
  if (!json) console.log(`${studyText(figures)}\n`);
  console.log(JSON.stringify(figures));
}

async function recordStudents(file: string, seeds: number, say: Say): Promise<void> {
  const table = parseTable(JSON.parse(readFileSync(TABLE, 'utf8')), TABLE);
  for (const order of studentOrders(seeds)) {
    const row = await recorded(file, order.id, () => Promise.resolve(playStudents(table, order)));
    if (row) say(order.id);
  }
}

/** It ends where a person stops one of them. */
async function recordGenerators(file: string, work: string, seeds: number, say: Say): Promise<void> {
  let isStopped = false;
  for (const order of generatorOrders(seeds)) {
    if (isStopped) return;
    say(order.id);
    await recorded(file, order.id, async (stillAtIt) => {
      const beat = setInterval(stillAtIt, 60_000);
      const row = await playGenerators(order, work).finally(() => clearInterval(beat));
      isStopped = row === undefined;
      if (row) return row;
      throw new Error(STOPPED);
    }).catch((error: unknown) => {
      if (!isStopped) throw error;
      say(STOPPED);
    });
  }
}

const STOPPED = 'Stopped: the same command goes on.';

function countIn(name: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new RangeError(`--${name} ${text}: a whole number from 0`);
}
