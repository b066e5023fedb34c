/** The networks, images and recipe of the training benchmark, made alike in every process from
 * names and seeds. */
import { resnetTeacher } from '../src/core/arch/families/resnet.ts';
import { studentFamily } from '../src/core/arch/families/registry.ts';
import type { ArchitectureGraph } from '../src/core/arch/graph.ts';
import { createRng } from '../src/core/math/rng.ts';
import type { Recipe } from '../src/core/records/recipe.ts';
import { imageRecipe } from '../src/core/data-kinds.ts';
import { normalisationOf } from '../src/compute/data/dataset.ts';
import type { HeldSplit } from '../src/compute/data/dataset.ts';
import type { Normalisation } from '../src/core/records/teacher-card.ts';
import { initialWeights, layoutOf } from '../src/compute/model/parameters.ts';
import type { HostWeights } from '../src/compute/model/parameters.ts';

export const BENCH = { batchSize: 128, images: 2048, classes: 10, learningRate: 1e-3, weightDecay: 0.01 } as const;
export const SHAPES = [
  [28, 28, 1],
  [32, 32, 3],
] as const;

export type BenchShape = readonly [number, number, number];

/** The reference student of a family; `teacher`: the network that a teacher is by default. */
export function benchGraph(family: string, shape: BenchShape): ArchitectureGraph {
  if (family === 'teacher') return resnetTeacher(shape, BENCH.classes);
  const { reference, build } = studentFamily(family, { inputShape: shape, classes: BENCH.classes });
  return build(reference);
}

export function benchWeights(graph: ArchitectureGraph): HostWeights {
  return initialWeights(layoutOf(graph), 7);
}

/** Noise with a label each: what is timed does not depend on it. */
export function benchImages(shape: BenchShape): { readonly split: HeldSplit; readonly normalisation: Normalisation } {
  const rng = createRng(11);
  const size = shape[0] * shape[1] * shape[2];
  const pixels = Uint8Array.from({ length: BENCH.images * size }, () => rng.int(256));
  const labels = Uint8Array.from({ length: BENCH.images }, () => rng.int(BENCH.classes));
  return { split: { count: BENCH.images, pixels, labels }, normalisation: normalisationOf(pixels) };
}

/** Labels alone: what distillation adds is measured apart. */
export function benchRecipe(): Recipe {
  const { batchSize, learningRate, weightDecay } = BENCH;
  return imageRecipe({
    epochs: 1000,
    batchSize,
    learningRate,
    weightDecay,
    warmupEpochs: 0,
    distillation: { loss: 'none' },
  });
}
