/**
 * One trainer with all threads against two that share them: the same students through the real
 * trainer pool, in turns.
 *
 *   node benchmarks/slots.ts [--students 8] [--epochs 2] [--images 10000] [--rounds 3] [--json]
 *
 * A round trains every student once each way; the order of the two ways alternates. The last line
 * of `--json` is `{"seconds":{"one":[s,...],"two":[s,...]},"ratio":r,
 * "spread":[low,high],"threads":{"one":n,"two":n}}`, `ratio` being the median over the rounds of
 * the one trainer's seconds / the two's: above 1, two are faster.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSearch } from '../src/bridge/config/parse-config.ts';
import { imageRecipe } from '../src/core/data-kinds.ts';
import { defaultFamilyNames, studentSpace } from '../src/core/arch/families/registry.ts';
import type { ArchitectureGraph } from '../src/core/arch/graph.ts';
import { costOf } from '../src/core/arch/cost.ts';
import { median } from '../src/core/math/quantile.ts';
import { createRng } from '../src/core/math/rng.ts';
import { enumerateFamily } from '../src/core/space/lattice.ts';
import type { Executor } from '../src/host/executors/executor.ts';
import { createLocalExecutor } from '../src/host/executors/local-executor.ts';
import { trainerSettings } from '../src/host/executors/trainer-settings.ts';

const { values } = parseArgs({
  options: {
    students: { type: 'string', default: '8' },
    epochs: { type: 'string', default: '2' },
    images: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

const MOST_MACS = 1_500_000;
const FENCE = 'bench-slots';
const RESOURCES = join(import.meta.dirname, '../resources');
const families = defaultFamilyNames({});
const { checkpoints } = parseSearch({ name: 'slots' });
const recipe = imageRecipe({ epochs: Number(values.epochs) });
const folder = mkdtempSync(join(tmpdir(), 'bench-slots-'));
const directory = join(RESOURCES, 'datasets/fashion-mnist');

/** In turn from each family of a search, within the budget of the sample search. */
function students(count: number): readonly ArchitectureGraph[] {
  const rng = createRng(1);
  const lists = studentSpace(families, { inputShape: [28, 28, 1], classes: 10 }).families.map((family) =>
    rng.shuffle([...enumerateFamily(family)]).map((config) => () => family.build(config)),
  );
  const chosen: ArchitectureGraph[] = [];
  for (let turn = 0; chosen.length < count; turn++) {
    const build = lists[turn % lists.length]?.pop();
    const graph = build?.();
    if (graph && costOf(graph).macs <= MOST_MACS) chosen.push(graph);
  }
  return chosen;
}

let jobs = 0;

/** Seconds until all of them are trained, as many at a time as the pool has trainers. */
async function trainAll(pool: Executor, graphs: readonly ArchitectureGraph[]): Promise<number> {
  const start = performance.now();
  await Promise.all(
    graphs.map(async (graph, index) => {
      const input = {
        ...{ graph, recipe, checkpoints, seed: index },
        dataset: { directory, trainImages: Number(values.images) },
        teacher: { directory: join(RESOURCES, 'teachers/fashion-resnet') },
      };
      const end = await pool.run({ kind: 'train', jobId: `bench-${jobs++}`, input });
      if (end.type !== 'done') throw new Error(`A student was not trained: ${JSON.stringify(end)}`);
    }),
  );
  return (performance.now() - start) / 1000;
}

const settings = trainerSettings({}, { fence: FENCE, folders: { temp: folder, cache: join(folder, 'cache') } });
const ways = { one: createLocalExecutor(settings), two: createLocalExecutor(settings) };
ways.one.resize(1);
ways.two.resize(2);
const seconds: Record<keyof typeof ways, number[]> = { one: [], two: [] };
try {
  const graphs = students(Number(values.students));
  say(`${graphs.length} students, ${values.epochs} epochs of ${values.images} images; load before ${loadavg()[0]}`);
  // Trainers start, data is read and the teacher is asked before anything is timed.
  await trainAll(ways.one, graphs.slice(0, 1));
  await trainAll(ways.two, graphs.slice(0, 2));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const way of round % 2 === 0 ? (['one', 'two'] as const) : (['two', 'one'] as const)) {
      const took = await trainAll(ways[way], graphs);
      seconds[way].push(took);
      say(`round ${round + 1}: ${way === 'one' ? 'one trainer' : 'two trainers'} ${took.toFixed(1)} s`);
    }
  }
  const ratios = seconds.one.map((one, round) => one / (seconds.two[round] ?? NaN));
  const [ratio, spread] = [median(ratios), [Math.min(...ratios), Math.max(...ratios)]];
  const cores = availableParallelism();
  const threads = { one: cores, two: Math.max(1, Math.floor(cores / 2)) };
  say(
    `one / two: ${ratio.toFixed(2)} (${spread.map((value) => value.toFixed(2)).join(' to ')}); above 1, two are faster`,
  );
  if (values.json) process.stdout.write(`${JSON.stringify({ seconds, ratio, spread, threads })}\n`);
} finally {
  await Promise.all([ways.one.close(), ways.two.close()]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
