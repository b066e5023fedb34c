/** Trains students for a study, in this process: data, images and soft targets are kept between
 * them. */
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import type { EpochPoint } from '../../src/core/records/epoch.ts';
import { timedYield } from '../../src/compute/yield-to-events.ts';
import type { Dataset } from '../../src/compute/data/dataset.ts';
import { evaluate } from '../../src/compute/training/evaluate.ts';
import type { YieldToEvents } from '../../src/compute/training/evaluate.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { disposeParameters, uploadWeights } from '../../src/compute/model/parameters.ts';
import type { HostWeights, Layout } from '../../src/compute/model/parameters.ts';
import { targetsFingerprint, teacherTargets } from '../../src/compute/teachers/teacher.ts';
import type { TargetsRequest } from '../../src/compute/teachers/teacher.ts';
import type { TeacherTargets } from '../../src/compute/teachers/targets.ts';
import { createTrainerCache } from '../../src/compute/trainer-cache.ts';
import type { TrainingTask } from '../../src/compute/training/task.ts';
import { train } from '../../src/compute/training/trainer.ts';

export interface BenchOptions {
  readonly datasetDirectory: string;
  /** Soft targets are kept there. */
  readonly targetsDirectory: string;
  readonly say: (line: string) => void;
}

export interface StudentTraining {
  readonly graph: ArchitectureGraph;
  readonly recipe: Recipe;
  readonly seed: number;
  /** Folder of its teacher; absent: the recipe distils nothing. */
  readonly teacherDirectory?: string;
  readonly onEpoch: (point: EpochPoint) => void;
  /** Look at the test images too; false where something is tuned. */
  readonly tested: boolean;
  /** The weights that it begins with; absent: its seed draws them. */
  readonly begin?: (task: TrainingTask) => HostWeights | Promise<HostWeights>;
  /** Is given the weights that it ends with. */
  readonly keep?: (weights: HostWeights, layout: Layout) => void;
}

export interface StudentResult {
  /** Of all validation images, after the last epoch. */
  readonly validationAccuracy: number;
  /** Of all test images. */
  readonly testAccuracy?: number;
  /** Of training with its evaluations, without the look at the test images: by the clock, and of
   * this process' cores. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface Bench {
  readonly dataset: Dataset;
  readonly yieldToEvents: YieldToEvents;
  /** Throws what `train` throws. */
  readonly train: (training: StudentTraining) => Promise<StudentResult>;
}

export function createBench({ datasetDirectory, targetsDirectory, say }: BenchOptions): Bench {
  const cache = createTrainerCache();
  const yieldToEvents = timedYield();
  const dataset = cache.dataset({ directory: datasetDirectory });

  function targetsOf(training: StudentTraining, directory: string, count: number): Promise<TeacherTargets> {
    const { augmentation, distillation } = training.recipe;
    const request: TargetsRequest = {
      ...{ teacher: { directory }, dataset, count, augmentation, distillation },
      ...{ student: training.graph, cacheDir: targetsDirectory },
    };
    return cache.targets(datasetDirectory, targetsFingerprint(request), () => {
      say("  computing the teacher's part");
      return teacherTargets(request, yieldToEvents, () => undefined);
    });
  }

  async function trainStudent(training: StudentTraining): Promise<StudentResult> {
    const { graph, recipe, seed, teacherDirectory, onEpoch, tested, begin, keep } = training;
    const model = createModel(graph);
    const images = cache.images(datasetDirectory, 'train', { shift: recipe.augmentation.shift });
    const validation = cache.images(datasetDirectory, 'val', { shift: 0 });
    const validationLabels = dataset.split('val').labels;
    const teacher =
      teacherDirectory === undefined ? undefined : await targetsOf(training, teacherDirectory, images.count);
    const task = { model, recipe, seed, train: images, validation, validationLabels, ...(teacher && { teacher }) };
    const started = process.cpuUsage();
    const initial = await begin?.(task);
    const { weights, evaluation, seconds } = await train(
      { ...task, ...(initial && { initial }) },
      { yieldToEvents, onEpoch },
    );
    keep?.(weights, model.layout);
    const { user, system } = process.cpuUsage(started);
    return {
      validationAccuracy: evaluation.accuracy,
      ...(tested && { testAccuracy: await testAccuracy(model, weights) }),
      seconds: Number(seconds.toFixed(2)),
      cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
    };
  }

  async function testAccuracy(model: ReturnType<typeof createModel>, weights: Parameters<typeof uploadWeights>[1]) {
    const parameters = uploadWeights(model.layout, weights);
    try {
      const images = cache.images(datasetDirectory, 'test', { shift: 0 });
      return (await evaluate(model, parameters, images, dataset.split('test').labels, yieldToEvents)).accuracy;
    } finally {
      disposeParameters(parameters);
    }
  }

  return { dataset, yieldToEvents, train: trainStudent };
}
