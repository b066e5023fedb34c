/**
 * A study of generators from its first cell to its last: an agent chooses a cell, the generator is
 * grown by it and trained, the classifier says what it is worth. Each episode begins with new
 * networks. It goes on after rows that are there already: an episode that was cut off is trained
 * again from its beginning, which gives the same.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { GENERATOR_AGENT, startAgent } from '../../core/generator/agents.ts';
import type { GeneratorAgent } from '../../core/generator/agents.ts';
import { cellOf, sideOf } from '../../core/generator/cells.ts';
import type { Cell } from '../../core/generator/cells.ts';
import { bestOf } from '../../core/generator/row.ts';
import type { GeneratorCourse, GeneratorRow } from '../../core/generator/row.ts';
import { momentsOf } from '../../core/generator/scores.ts';
import type { Moments } from '../../core/generator/scores.ts';
import { createRng, split } from '../../core/math/rng.ts';
import { pixelsIn } from '../data/dataset.ts';
import type { Dataset } from '../data/dataset.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import type { LoadedTeacher } from '../teachers/graph-teacher.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import { createClassifier, scored } from './classifier.ts';
import type { Classifier, Scored } from './classifier.ts';
import { shrunk } from './maps.ts';
import { createGan, latentOf } from './training.ts';
import type { Gan, RealImages } from './training.ts';

/** Images that a score is of. E2GAN looks at 5,000. [R] */
const SAMPLES = 500;
/** Of a sheet. */
const SHOWN = 64;
const STREAMS = { latents: 0x6c617431, networks: 0x67616e34 } as const;

export interface CourseTask {
  readonly dataset: Dataset;
  readonly classifier: LoadedTeacher;
  readonly course: GeneratorCourse;
  /** Of the training split, the first ones. */
  readonly count: number;
  /** After each cell. */
  readonly epochs: number;
  readonly rows: readonly GeneratorRow[];
}

export interface FinishedCell {
  /** Without its files. */
  readonly row: GeneratorRow;
  /** Of a finished generator: `[SHOWN][side][side][channels]` from −1 to 1. */
  readonly shown?: Float32Array;
  /** Where it is the best so far. */
  readonly weights?: readonly NamedTensor[];
}

export interface CourseHooks {
  readonly yieldToEvents: YieldToEvents;
  readonly onStep: (place: { readonly episode: number; readonly cell: number }, done: number, total: number) => void;
  readonly onCell: (cell: FinishedCell) => Promise<void>;
}

interface Judge {
  readonly blank: Scored;
  readonly judge: (gan: Gan, cells: readonly Cell[]) => Promise<Judged>;
}

interface Judged extends Scored {
  readonly shown: Float32Array;
}

export async function runCourse(task: CourseTask, hooks: CourseHooks): Promise<readonly GeneratorRow[]> {
  const { course, dataset, count } = task;
  const { cells, episodes, seed } = course;
  const real = realImages(dataset, count);
  const judge = await createJudge(task, real, hooks.yieldToEvents);
  const rows = [...task.rows];
  let agent: GeneratorAgent = startAgent(course);
  for (const row of rows) agent = agent.fold(row);
  for (let episode = Math.floor(rows.length / cells); episode < episodes; episode++) {
    const own = { count, channels: dataset.card.shape[2], real, epochs: task.epochs };
    const gan = createGan({ ...own, seed: split(split(seed, STREAMS.networks), episode) });
    try {
      const built: Cell[] = [];
      let before = judge.blank;
      for (let cell = 0; cell < cells; cell++) {
        const known = rows[episode * cells + cell];
        const action = known?.action ?? agent.choose();
        built.push(cellOf(cell, action));
        await gan.grow(built, hooks.yieldToEvents, (done, total) => hooks.onStep({ episode, cell }, done, total));
        if (known !== undefined) {
          before = known;
          continue;
        }
        const judged = await judge.judge(gan, built);
        const { score, distance } = judged;
        const reward = score - before.score + GENERATOR_AGENT.distance * (before.distance - distance);
        const row: GeneratorRow = { episode, cell, action, score, distance, reward };
        const isLast = cell === cells - 1;
        const isBest = isLast && !((bestOf(rows, cells)?.distance ?? Infinity) <= distance);
        await hooks.onCell({
          row,
          ...(isLast && { shown: judged.shown }),
          ...(isBest && { weights: gan.saved() }),
        });
        rows.push(row);
        agent = agent.fold(row);
        before = judged;
      }
    } finally {
      gan.dispose();
    }
  }
  return rows;
}

/** Those of each side are made once. */
function realImages(dataset: Dataset, count: number): RealImages {
  const bySide = new Map<number, Float32Array>();
  return (side) => {
    const known = bySide.get(side) ?? shrunk(pixelsIn(dataset.split('train'), 0, count), dataset.card.shape, side);
    bySide.set(side, known);
    return known;
  };
}

/** All generators of a study are held against the same images: those that a finished one is to
 * make. */
async function createJudge(
  { classifier: loaded, course, dataset, count }: CourseTask,
  real: RealImages,
  yieldToEvents: YieldToEvents,
): Promise<Judge> {
  const classifier = createClassifier(loaded);
  const moments = await realMoments(classifier, { pixels: real(sideOf(course.cells)), count }, course, yieldToEvents);
  const channels = dataset.card.shape[2];
  const blank = await classifier.see(2, () => tf.zeros([2, 4, 4, channels]), yieldToEvents);
  const worst = scored(classifier, blank, moments);
  const rng = createRng(split(course.seed, STREAMS.latents));
  const latents = tf.tidy(() => latentOf(rng, SAMPLES).dataSync<'float32'>().slice());
  const width = latents.length / SAMPLES;
  return {
    blank: worst,
    judge: async (gan, cells) => {
      const pictures: Float32Array[] = [];
      const seen = await classifier.see(
        SAMPLES,
        (first, end) => {
          const latent: Tensor2D = tf.tensor2d(latents.subarray(first * width, end * width), [end - first, width]);
          const images = gan.generate(cells, latent);
          if (first === 0) pictures.push(images.dataSync<'float32'>().slice());
          return images;
        },
        yieldToEvents,
      );
      const size = sideOf(cells.length) ** 2 * channels;
      const shown = (pictures[0] ?? new Float32Array()).slice(0, SHOWN * size);
      // Whose weights are no numbers any more makes no images: it is as good as blank ones.
      if (!seen.features.every(Number.isFinite)) return { ...worst, shown };
      return { ...scored(classifier, seen, moments), shown };
    },
  };
}

function realMoments(
  classifier: Classifier,
  { pixels, count }: { readonly pixels: Float32Array; readonly count: number },
  { cells }: GeneratorCourse,
  yieldToEvents: YieldToEvents,
): Promise<Moments> {
  const side = sideOf(cells);
  const size = pixels.length / count;
  const channels = size / side ** 2;
  const imagesOf = (first: number, end: number): Tensor4D =>
    tf.tensor4d(pixels.subarray(first * size, end * size), [end - first, side, side, channels]);
  return classifier.see(count, imagesOf, yieldToEvents).then(({ features }) => momentsOf(features, classifier.width));
}
