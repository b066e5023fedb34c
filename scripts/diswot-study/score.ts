/** Scores of untrained students beside a teacher, a line each; what is there is not looked at
 * again. */
import { join } from 'node:path';
import { createRng, split } from '../../src/core/math/rng.ts';
import { withGraph } from '../../src/core/teacher.ts';
import { readWeights } from '../../src/compute/files/checkpoint.ts';
import { createModel } from '../../src/compute/model/model.ts';
import type { Model } from '../../src/compute/model/model.ts';
import { disposeParameters, initialWeights, uploadWeights } from '../../src/compute/model/parameters.ts';
import type { Parameters } from '../../src/compute/model/parameters.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import { createTrainerCache } from '../../src/compute/trainer-cache.ts';
import type { TableStudent } from '../record-table/students.ts';
import { appendRow, readRecord } from '../study/record.ts';
import { distance, lookAt } from './look.ts';
import type { Look } from './look.ts';

const BATCH = 64;
/** Batches, each with weights of its own. */
const STARTS = 3;
const STREAMS = { batch: 64, student: 7, teacher: 110 };

/** Distances to the teacher, means over the starts: to the trained one, and to one that has not
 * learned either, as in the paper. */
export interface Score {
  /** The student's. */
  readonly id: string;
  readonly trained: Distances;
  readonly untrained: Distances;
}

export interface Distances {
  readonly relation: number;
  readonly semantic: number;
}

export interface ScoreFolders {
  readonly dataset: string;
  readonly teacher: string;
  /** Where the lines are kept. */
  readonly file: string;
}

/** Needs the backend. */
export function scoreStudents(students: readonly TableStudent[], { dataset, teacher, file }: ScoreFolders): void {
  const done = new Set(readRecord<Score>(file).map(({ id }) => id));
  const waiting = students.filter(({ id }) => !done.has(id));
  if (waiting.length === 0) return;
  const cache = createTrainerCache();
  const images = cache.images(dataset, 'train', { shift: 0 });
  const { labels } = cache.dataset({ directory: dataset }).split('train');
  const card = withGraph(readTeacherCard(teacher), 'a look at its maps');
  const model = createModel(card.graph);
  const own = uploadWeights(model.layout, readWeights(join(teacher, card.weights.file), model.layout));
  const all = Array.from({ length: images.count }, (_, place) => place);
  const starts = Array.from({ length: STARTS }, (_, start) => {
    const order = createRng(split(STREAMS.batch, start)).shuffle(all);
    const batch = { images, labels, samples: Int32Array.from(order.slice(0, BATCH)) };
    const untrained = fresh(model, split(STREAMS.teacher, start));
    return {
      ...{ start, batch, trained: lookAt(model, own, batch, true) },
      untrained: lookAt(model, untrained, batch, false),
    };
  });
  for (const { id, graph } of waiting) {
    const student = createModel(graph);
    const looks = starts.map(({ start, batch, trained, untrained }) => {
      const parameters = fresh(student, split(STREAMS.student, start));
      const look = lookAt(student, parameters, batch, false);
      disposeParameters(parameters);
      return { trained: distancesOf(look, trained), untrained: distancesOf(look, untrained) };
    });
    const row: Score = {
      id,
      trained: meanOf(looks.map(({ trained }) => trained)),
      untrained: meanOf(looks.map(({ untrained }) => untrained)),
    };
    appendRow(file, row);
  }
}

const fresh = ({ layout }: Model, seed: number): Parameters => uploadWeights(layout, initialWeights(layout, seed));

const distancesOf = (look: Look, other: Look): Distances => ({
  relation: distance(look.relation, other.relation),
  semantic: distance(look.semantic, other.semantic),
});

function meanOf(all: readonly Distances[]): Distances {
  const mean = (key: keyof Distances): number => all.reduce((sum, one) => sum + one[key], 0) / all.length;
  return { relation: mean('relation'), semantic: mean('semantic') };
}
