/**
 * Does a network of one data set help on few images of another? Fashion-MNIST's classes 0 to 6
 * towards 7 to 9 with 10, 50 and 200 training images a class, through the program's own host: from
 * scratch, a search by random growth, fine-tuning of the whole and of the head, CENAS. All train
 * with one recipe and as many epochs a training; the seed draws the images and the training, so
 * that arms are paired. Tested on all test images of 7 to 9.
 * Resumable: one JSON line a run in OUT/results.jsonl, and what is there is not run again. One
 * process at a time. Needs Node 24.
 *
 *   TF_NUM_INTRAOP_THREADS=1 nice node scripts/transfer-study.ts --out DIR [--seeds N] [--summary]
 *
 * --summary: prints the figures in Markdown and trains nothing.
 */
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createHost } from '../src/host/create-host.ts';
import { readRecord, recorded } from './study/record.ts';
import { openLaboratory } from './transfer-study/laboratory.ts';
import { trainingsOf } from './transfer-study/plan.ts';
import { summarise } from './transfer-study/summary.ts';
import type { Result } from './transfer-study/summary.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    summary: { type: 'boolean', default: false },
  },
});
if (values.out === undefined) {
  console.error('Name the folder of the results: --out DIR');
  process.exit(2);
}
const file = join(values.out, 'results.jsonl');
if (!values.summary) await study(values.out);
console.log(`\n${summarise(readRecord<Result>(file))}`);

async function study(out: string): Promise<void> {
  // One thread: trainings are tiny, and results repeat.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  setPriority(constants.priority.PRIORITY_LOW);
  const say = (line: string): void => console.error(line);
  const host = await createHost({
    workspace: join(out, 'workspace'),
    resources: join(ROOT, 'resources'),
    shell: 'cli',
  });
  try {
    const laboratory = await openLaboratory(host, say);
    const all = trainingsOf(Number(values.seeds));
    for (const [index, one] of all.entries()) {
      const result = await recorded(file, one.id, () => laboratory.run(one));
      if (result) say(`${index + 1}/${all.length} ${one.id}: ${result.testAccuracy.toFixed(4)} in ${result.seconds} s`);
    }
  } finally {
    await host.close();
  }
}
