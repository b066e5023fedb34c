/**
 * What a pass of the supernet of cells costs by how many paths of each edge it counts, in steps of
 * the ResNet's reference: loss and slopes, without the optimiser's step.
 *
 *   TF_NUM_INTRAOP_THREADS=1 node benchmarks/supernet-pass.ts [ROUNDS]
 *
 * By the processor's time, in turns, so that a machine that does other work tells nearly the same.
 */
import * as tf from '@tensorflow/tfjs-core';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { residentImages } from '../src/compute/data/augment.ts';
import { createModel } from '../src/compute/model/model.ts';
import { initialWeights, uploadWeights } from '../src/compute/model/parameters.ts';
import { createOracle } from '../src/compute/one-shot/oracle.ts';
import { createPass, drop, trainingLayout } from '../src/compute/training/pass.ts';
import type { Fresh, PassTask } from '../src/compute/training/pass.ts';
import { CELL_EDGES, CELL_OPS } from '../src/core/arch/families/cells/code.ts';
import { cellSupernet } from '../src/core/arch/families/cells/network.ts';
import { createRng } from '../src/core/math/rng.ts';
import { BENCH, benchGraph, benchImages, benchRecipe, SHAPES } from './train-task.ts';

const [BATCH, PASSES, SHAPE] = [64, 6, SHAPES[0]];
const rounds = Number(process.argv[2] ?? 9);
await loadBackend();
const { split, normalisation } = benchImages(SHAPE);
const train = residentImages(split, SHAPE, normalisation);
const batch = { samples: Int32Array.from({ length: BATCH }, (_, i) => i), epoch: 0, step: 0, progress: 0 };
const taskOf = (graph: PassTask['model']['graph']): PassTask => ({
  ...{ model: createModel(graph), recipe: { ...benchRecipe(), batchSize: BATCH }, seed: 1, train },
});

function reference(): () => void {
  const task = taskOf(benchGraph('resnet', SHAPE));
  const layout = trainingLayout(task);
  const [pass, parameters] = [createPass(task, layout), uploadWeights(layout, initialWeights(layout, 1))];
  return () => {
    const fresh: Fresh = { statistics: new Map(), kept: new Map() };
    const { value, gradient } = tf.tidy(() => ({ ...pass.slope(parameters, batch, fresh) }));
    value.dataSync();
    tf.dispose([value, gradient]);
    drop(fresh);
  };
}

const { graph, edges } = cellSupernet(
  { inputShape: SHAPE, classes: BENCH.classes },
  { width: 8, cells: [1, 1, 1], strides: [2] },
  CELL_EDGES.map(() => CELL_OPS),
);
const task = taskOf(graph);
const layout = trainingLayout(task);
const [oracle, parameters] = [createOracle(task, layout, edges), uploadWeights(layout, initialWeights(layout, 1))];
const rng = createRng(3);

/** Others of each edge in each pass. */
function counting(paths: number): () => void {
  return () => {
    const p = edges.flatMap((edge) => {
      const drawn = rng.shuffle([...edge.paths.keys()]).slice(0, paths);
      return edge.paths.map((_, path) => (drawn.includes(path) ? 1 / paths : 0));
    });
    const { gTheta, fresh } = oracle.slopes(parameters, Float64Array.from(p), batch);
    gTheta.dispose();
    drop(fresh);
  };
}

const kinds = [
  { name: 'reference', run: reference(), times: [] as number[] },
  ...[5, 3, 2, 1].map((paths) => ({ name: `${paths} of 5 ops`, run: counting(paths), times: [] as number[] })),
];
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
for (let round = -1; round < rounds; round += 1) {
  for (const { run, times } of kinds) {
    const before = cpuMs();
    for (let pass = 0; pass < PASSES; pass += 1) run();
    // The first round makes what the others reuse.
    if (round >= 0) times.push((cpuMs() - before) / PASSES);
  }
}
const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
const unit = median(kinds[0]?.times ?? []);
for (const { name, times } of kinds) {
  console.log(`${name.padEnd(12)} ${median(times).toFixed(2)} ms ${(median(times) / unit).toFixed(2)} steps`);
}
