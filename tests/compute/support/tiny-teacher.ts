/** A teacher folder for the tiny data set without a training: random weights teach nothing, but
 * always the same. */
import { join } from 'node:path';
import { costOf } from '../../../src/core/arch/cost.ts';
import { resnetTeacher } from '../../../src/core/arch/families/resnet.ts';
import { writeWeights } from '../../../src/compute/files/checkpoint.ts';
import { initialWeights, layoutOf } from '../../../src/compute/model/parameters.ts';
import { WEIGHTS_FILE, writeTeacherCard } from '../../../src/compute/teachers/card.ts';
import { TINY } from './tiny-dataset.ts';
import { TINY_RECIPE } from './tiny-training.ts';

export function writeTinyTeacher(directory: string): string {
  const graph = resnetTeacher([TINY.side, TINY.side, 1], TINY.classes, { widths: [4, 6], blocks: 1 });
  const layout = layoutOf(graph);
  const { bytes, sha256 } = writeWeights(join(directory, WEIGHTS_FILE), layout, initialWeights(layout, 2), {}, true);
  const { params, macs } = costOf(graph);
  writeTeacherCard(directory, {
    ...{ name: 'tiny-random', title: 'Tiny', graph, recipe: TINY_RECIPE, seed: 2, params, macs },
    ...{ accuracy: { validation: 0, test: 0 }, dataset: { id: 'tiny', title: 'Tiny', trainImages: 0 } },
    ...{ normalisation: { mean: 0.3, deviation: 0.3 }, weights: { file: WEIGHTS_FILE, bytes, sha256 } },
    ...{ seconds: 0, date: '2026-01-02', backend: 'none' },
  });
  return directory;
}
