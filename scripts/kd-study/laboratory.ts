/** Trains one student of the study, and the teacher that knows the students' images alone. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { timedBreath } from '../../src/compute/breath.ts';
import { claimed } from '../../src/compute/claim.ts';
import { evaluate } from '../../src/compute/evaluate.ts';
import { createModel } from '../../src/compute/model.ts';
import { disposeParameters, uploadWeights } from '../../src/compute/parameters.ts';
import { targetsFingerprint, teacherTargets } from '../../src/compute/teacher.ts';
import type { TargetsRequest } from '../../src/compute/teacher.ts';
import { readTeacherCard } from '../../src/compute/teacher-card.ts';
import type { TeacherTargets } from '../../src/compute/teacher-targets.ts';
import { TEACHER_RECIPE, trainTeacher } from '../../src/compute/train-teacher.ts';
import { createTrainerCache } from '../../src/compute/trainer-cache.ts';
import { train } from '../../src/compute/trainer.ts';
import type { TeacherName, Training } from './plan.ts';
import { touchClaim } from './results.ts';
import type { Result } from './results.ts';

const MILLISECONDS_BETWEEN_LOOKS = 5000;

export interface LaboratoryOptions {
  readonly datasetDirectory: string;
  readonly bundledTeacher: string;
  /** The own teacher and the soft targets are kept there. */
  readonly out: string;
  readonly teacherEpochs: number;
  readonly say: (line: string) => void;
}

export interface Laboratory {
  readonly run: (training: Training, stillAtIt: () => void) => Promise<Result>;
}

export function createLaboratory(options: LaboratoryOptions): Laboratory {
  const { datasetDirectory, out, say } = options;
  const cache = createTrainerCache();
  const breath = timedBreath();
  const dataset = cache.dataset(datasetDirectory);
  const ownTeacher = join(out, `own-teacher-${options.teacherEpochs}`);

  async function teacherDirectory(name: TeacherName): Promise<string> {
    if (name === 'bundled') return options.bundledTeacher;
    while (!existsSync(join(ownTeacher, 'teacher.json'))) {
      mkdirSync(out, { recursive: true });
      const trained = await claimed(ownTeacher, trainOwnTeacher);
      if (trained === undefined) await setTimeout(MILLISECONDS_BETWEEN_LOOKS);
    }
    return ownTeacher;
  }

  /** Goes on from its newest epoch. */
  function trainOwnTeacher() {
    say("training a teacher on the students' images");
    const [images, validation, test] = [dataset.split('train'), dataset.split('val'), dataset.split('test')];
    return trainTeacher(
      {
        ...{ name: 'fashion-own', title: "ResNet-14 that knows the students' images alone" },
        ...{ dataset: dataset.card, normalisation: dataset.normalisation, train: images, validation, test },
        ...{ outDir: ownTeacher, workDir: `${ownTeacher}-work`, seed: 1 },
        date: new Date().toISOString().slice(0, 10),
        recipe: { ...TEACHER_RECIPE, epochs: options.teacherEpochs },
      },
      ({ point, epochs }) => {
        touchClaim(ownTeacher);
        say(`  teacher's epoch ${point.epoch}/${epochs}: validation ${point.validationAccuracy.toFixed(4)}`);
      },
      breath,
    );
  }

  function targetsOf({ student, recipe }: Training, directory: string, count: number): Promise<TeacherTargets> {
    const { augmentation, distillation } = recipe;
    const request: TargetsRequest = {
      ...{ teacherDirectory: directory, dataset, count, augmentation, distillation },
      ...{ student: student.graph, cacheDir: join(out, 'targets') },
    };
    return cache.targets(datasetDirectory, targetsFingerprint(request), () => {
      say("  computing the teacher's part");
      return teacherTargets(request, breath, () => undefined);
    });
  }

  async function run(training: Training, stillAtIt: () => void): Promise<Result> {
    const { id, arm, student, seed, recipe } = training;
    const directory = training.teacher && (await teacherDirectory(training.teacher));
    const model = createModel(student.graph);
    const images = cache.images(datasetDirectory, 'train', { shift: recipe.augmentation.shift });
    const validation = cache.images(datasetDirectory, 'val', { shift: 0 });
    const validationLabels = dataset.split('val').labels;
    const teacher = directory === undefined ? undefined : await targetsOf(training, directory, images.count);
    const task = { model, recipe, seed, train: images, validation, validationLabels, ...(teacher && { teacher }) };
    const { weights, evaluation, seconds } = await train(task, { breath, onEpoch: stillAtIt });
    const { family, params, macs } = student;
    return {
      ...{ id, arm, family, seed, params, macs, epochs: recipe.epochs, validationAccuracy: evaluation.accuracy },
      ...(arm.startsWith('tune ') ? {} : { testAccuracy: await testAccuracy(model, weights) }),
      ...(directory !== undefined && { teacherAccuracy: readTeacherCard(directory).accuracy.test }),
      seconds: Number(seconds.toFixed(2)),
    };
  }

  async function testAccuracy(model: ReturnType<typeof createModel>, weights: Parameters<typeof uploadWeights>[1]) {
    const parameters = uploadWeights(model.layout, weights);
    try {
      const images = cache.images(datasetDirectory, 'test', { shift: 0 });
      return (await evaluate(model, parameters, images, dataset.split('test').labels, breath)).accuracy;
    } finally {
      disposeParameters(parameters);
    }
  }

  return { run };
}
