/**
 * A search of a real supernet, in two stages and by draws, whose trainer is killed again and again
 * wherever it is: the next one goes on from the last epoch that was told, and what the paths count
 * in the end is the same, to the bit, as when nobody was killed. `ONE_SHOT_KILLS=20`: so often.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, expect, it } from 'vitest';
import type { ProgressReport } from '../../src/compute/tasks/outputs.ts';
import type { Searched, SupernetReport } from '../../src/compute/tasks/supernet/task.ts';
import type { Input } from '../../src/compute/tasks/tasks.ts';
import { cellsFamily } from '../../src/core/arch/families/cells/cells.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { TINY, writeTinyDataset } from '../compute/support/tiny-dataset.ts';
import { TINY_RECIPE } from '../compute/support/tiny-training.ts';
import { startTrainer } from '../compute/support/trainer.ts';
import type { Trainer } from '../compute/support/trainer.ts';

const KILLS = Number(process.env['ONE_SHOT_KILLS'] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'supernet-kills-'));
const directory = writeTinyDataset(join(folder, 'data'));
let trainer: Trainer | undefined;
afterEach(() => trainer?.child.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const family = cellsFamily({ inputShape: [TINY.side, TINY.side, 1], classes: TINY.classes });
const input: Input<'supernet'> = {
  networks: [4, 2].flatMap((part) => {
    const supernet = family.supernet?.(part);
    return supernet === undefined ? [] : [{ graph: supernet.graph, edges: supernet.edges }];
  }),
  ...{ method: 'dr-nas', options: { learningRate: 0.05, firstPart: 4, secondPart: 2, keep: 2 } },
  ...{ dataset: { directory }, recipe: { ...TINY_RECIPE, epochs: 4 + 4 * KILLS }, seed: 5 },
};

const epochsOf = ({ events }: Trainer): readonly SupernetReport[] =>
  events
    // Ordered by this test: its reports are a search's.
    .flatMap((event) => (event.type === 'report' ? [event.report as SupernetReport | ProgressReport] : []))
    .filter((report): report is SupernetReport => report.type === 'epoch');

async function search(jobId: string, resumeFrom: SupernetReport | undefined): Promise<Searched> {
  trainer = startTrainer(folder);
  trainer.order('supernet', jobId, { ...input, ...(resumeFrom && { resumeFrom: resumeFrom.checkpoint }) });
  return trainer.done('supernet', jobId);
}

it(
  `${KILLS} kills change no bit of what paths count, nor of the weights`,
  async () => {
    const whole = await search('whole', undefined);
    trainer?.child.kill('SIGKILL');
    expect(new Set(whole.mixing).size).toBe(whole.mixing.length);
    const rng = createRng(KILLS);
    let last: SupernetReport | undefined;
    const ends: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const running = startTrainer(folder);
      trainer = running;
      running.order('supernet', `kill-${kill}`, { ...input, ...(last && { resumeFrom: last.checkpoint }) });
      // As many epochs as chance says, and anywhere in the next.
      const epochs = rng.int(3);
      await running.next('report', `kill-${kill}`);
      while (epochsOf(running).length < epochs) await setTimeout(2);
      await setTimeout(rng.uniform() * 80);
      running.child.kill('SIGKILL');
      expect(running.events.some(({ type }) => type === 'done')).toBe(false);
      last = epochsOf(running).at(-1) ?? last;
      ends.push(last?.epoch ?? 0);
    }
    expect(last?.epoch).toBeGreaterThan(0);
    expect(last?.epoch).toBeLessThan(input.recipe.epochs);
    expect(ends).toEqual(ends.toSorted((left, right) => left - right));
    const { mixing, checkpoint, epochs } = await search('last', last);
    expect({ mixing, epochs, weights: checkpoint.sha256 }).toEqual({
      ...{ mixing: whole.mixing, epochs: input.recipe.epochs, weights: whole.checkpoint.sha256 },
    });
  },
  60_000 + 20_000 * KILLS,
);
