/**
 * Seconds of an epoch of 10,000 images of Fashion-MNIST for the member of each family that is
 * nearest to 1.5 MMACs, by labels alone and with the bundled teacher's soft targets, in turns; and
 * how long a trial takes to its first step.
 *
 *   node benchmarks/epoch.ts [--families resnet,vit] [--macs 1500000] [--rounds 3] [--threads 2]
 *       [--json]
 *
 * The batch and all else are the default recipe's. The last line of `--json` is
 * `{"FAMILY":{"macs":n,"none":s,"kd":s,"ratio":r,"firstStepMs":ms},...}`: medians, `ratio` being kd
 * / none.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { imageRecipe } from '../src/core/data-kinds.ts';
import { median } from '../src/core/math/quantile.ts';
import { studentFamilyNames } from '../src/core/arch/families/registry.ts';
import type { ArchitectureGraph } from '../src/core/arch/graph.ts';
import { costOf } from '../src/core/arch/cost.ts';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { createModel } from '../src/compute/model/model.ts';
import { teacherTargets } from '../src/compute/teachers/teacher.ts';
import { createTrainerCache } from '../src/compute/trainer-cache.ts';
import { train } from '../src/compute/training/trainer.ts';
import { nearestMember } from './nearest-member.ts';

const { values } = parseArgs({
  options: {
    families: { type: 'string', default: studentFamilyNames().join() },
    macs: { type: 'string', default: '1500000' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
const RESOURCES = join(import.meta.dirname, '../resources');
const DATASET = join(RESOURCES, 'datasets/fashion-mnist');
const CLASSES = 10;

process.env['TF_NUM_INTRAOP_THREADS'] = values.threads;
await loadBackend();
const cache = createTrainerCache();
const images = cache.images(DATASET, 'train', { shift: 0 });
const validation = cache.images(DATASET, 'val', { shift: 0, count: 100 });
const validationLabels = cache.dataset({ directory: DATASET }).split('val').labels.subarray(0, 100);
const cacheDir = mkdtempSync(join(tmpdir(), 'bench-epoch-'));
const yieldToEvents = (): Promise<void> => Promise.resolve();

/** Seconds of the second epoch's steps, and milliseconds from the start to the first step. */
async function measure(graph: ArchitectureGraph, loss: 'none' | 'kd'): Promise<{ epoch: number; firstStepMs: number }> {
  const recipe = imageRecipe({ epochs: 2, distillation: { loss } });
  const directory = join(RESOURCES, 'teachers/fashion-resnet');
  const { augmentation, distillation } = recipe;
  const teacher =
    loss === 'none'
      ? undefined
      : await cache.targets(DATASET, 'kd', () =>
          teacherTargets(
            {
              ...{ teacher: { directory }, dataset: cache.dataset({ directory: DATASET }), count: images.count },
              ...{ augmentation, distillation, student: graph, cacheDir },
            },
            yieldToEvents,
            () => undefined,
          ),
        );
  const started = performance.now();
  const marks: number[] = [];
  await train(
    {
      model: createModel(graph),
      recipe,
      seed: 1,
      train: images,
      validation,
      validationLabels,
      ...(teacher && { teacher }),
    },
    { yieldToEvents, onStep: () => void marks.push(performance.now()) },
  );
  const steps = marks.length / 2;
  const between = ((marks.at(-1) ?? NaN) - (marks[steps] ?? NaN)) / (steps - 1);
  return { epoch: (between * steps) / 1000, firstStepMs: (marks[0] ?? NaN) - started };
}

const report: Record<string, Record<string, number>> = {};
try {
  for (const name of values.families.split(',')) {
    const graph = nearestMember(name, cache.dataset({ directory: DATASET }).card.shape, CLASSES, Number(values.macs));
    const { macs } = costOf(graph);
    const none: number[] = [];
    const kd: number[] = [];
    const first: number[] = [];
    await measure(graph, 'none');
    for (let round = 0; round < Number(values.rounds); round++) {
      const plain = await measure(graph, 'none');
      none.push(plain.epoch);
      first.push(plain.firstStepMs);
      kd.push((await measure(graph, 'kd')).epoch);
    }
    const ratio = median(kd) / median(none);
    report[name] = { macs, none: median(none), kd: median(kd), ratio, firstStepMs: median(first) };
    const range = (list: readonly number[]): string =>
      `${Math.min(...list).toFixed(2)}..${Math.max(...list).toFixed(2)}`;
    say(
      `${name.padEnd(14)} ${(macs / 1e6).toFixed(2)} MMACs: none ${median(none).toFixed(2)} s (${range(none)}), ` +
        `kd ${median(kd).toFixed(2)} s (${range(kd)}), ratio ${ratio.toFixed(3)}; first step after ` +
        `${median(first).toFixed(0)} ms`,
    );
  }
} finally {
  rmSync(cacheDir, { recursive: true, force: true });
}
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
