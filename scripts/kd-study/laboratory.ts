/** Trains one student of the study, and the teacher that knows the students' images alone. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { exclusively } from '../../src/compute/files/exclusive-work.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import { TEACHER_RECIPE } from '../../src/compute/tasks/train-teacher/task.ts';
import { trainTeacher } from '../../src/compute/teachers/train.ts';
import { createBench } from '../study/bench.ts';
import { touchClaim } from '../study/record.ts';
import type { TeacherName, Training } from './plan.ts';
import type { Result } from './results.ts';

const MILLISECONDS_BETWEEN_LOOKS = 5000;

export interface LaboratoryOptions {
  readonly datasetDirectory: string;
  /** Absent where the data set has none: the own one stands in for it. */
  readonly bundledTeacher?: string;
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
  const bench = createBench({ datasetDirectory, targetsDirectory: join(out, 'targets'), say });
  const { dataset, yieldToEvents } = bench;
  const ownTeacher = join(out, `own-teacher-${options.teacherEpochs}`);

  async function teacherDirectory(name: TeacherName): Promise<string> {
    if (name === 'bundled' && options.bundledTeacher !== undefined) return options.bundledTeacher;
    while (!existsSync(join(ownTeacher, 'teacher.json'))) {
      mkdirSync(out, { recursive: true });
      const trained = await exclusively(ownTeacher, trainOwnTeacher);
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
        ...{ name: `${dataset.card.id}-own`, title: "ResNet-14 that knows the students' images alone" },
        ...{ dataset: dataset.card, normalisation: dataset.normalisation, train: images, validation, test },
        ...{ outDir: ownTeacher, workDir: `${ownTeacher}-work`, seed: 1 },
        date: new Date().toISOString().slice(0, 10),
        recipe: { ...TEACHER_RECIPE, epochs: options.teacherEpochs },
      },
      ({ point, epochs }) => {
        touchClaim(ownTeacher);
        say(`  teacher's epoch ${point.epoch}/${epochs}: validation ${point.validationAccuracy.toFixed(4)}`);
      },
      yieldToEvents,
    );
  }

  async function run(training: Training, stillAtIt: () => void): Promise<Result> {
    const { id, arm, student, seed, recipe } = training;
    const { family, params, macs, graph } = student;
    const directory = training.teacher && (await teacherDirectory(training.teacher));
    const { validationAccuracy, testAccuracy, seconds } = await bench.train({
      ...{ graph, recipe, seed, onEpoch: stillAtIt, tested: !arm.startsWith('tune ') },
      ...(directory !== undefined && { teacherDirectory: directory }),
    });
    return {
      ...{ id, arm, family, seed, params, macs, epochs: recipe.epochs, validationAccuracy },
      ...(testAccuracy !== undefined && { testAccuracy }),
      ...(directory !== undefined && { teacherAccuracy: readTeacherCard(directory).accuracy.test }),
      seconds,
    };
  }

  return { run };
}
