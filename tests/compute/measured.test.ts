/** What a kind of data is measured by, of what a network said: against counting every pair. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { measuresOf } from '../../src/compute/training/measured.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { STEPS, writeTinySteps } from '../support/tiny-steps.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';

const root = mkdtempSync(join(tmpdir(), 'measured-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Of coarse chances, so that there are ties. */
function chances(count: number, classes: number): Float32Array {
  const rng = createRng(4);
  return Float32Array.from({ length: count * classes }, () => (1 + rng.int(8)) / 16);
}

describe('measures of a split', () => {
  const dataset = loadDataset(writeTinySteps(join(root, 'steps')));
  const probabilities = chances(STEPS.val, 2);
  const { labels } = dataset.split('val');

  /** The share of pairs of a right and a wrong answer that are told apart, ties half, each pair by
   * the product of its weights. */
  function counted(weight: (example: number) => number): number {
    let [won, all] = [0, 0];
    labels.forEach((one, right) => {
      labels.forEach((other, wrong) => {
        if (one !== 1 || other !== 0) return;
        const [a, b] = [probabilities[2 * right + 1] ?? 0, probabilities[2 * wrong + 1] ?? 0];
        const pair = weight(right) * weight(wrong);
        all += pair;
        won += pair * (a > b ? 1 : a === b ? 0.5 : 0);
      });
    });
    return won / all;
  }

  it('are areas of sequences, the weighted one by each place in its pupil’s sequence', () => {
    const { auc, weightedAuc, ...others } = measuresOf(dataset, 'val', { classes: 2, probabilities });
    expect(others).toEqual({});
    expect(auc).toBeCloseTo(
      counted(() => 1),
      12,
    );
    // Positions 2 to 5 of each pupil sum to 14. Catches columns of another split.
    expect(weightedAuc).toBeCloseTo(
      counted((example) => (2 + (example % 4)) / 14),
      12,
    );
  });

  it('leave the weighted area out where a set has no positions', () => {
    const { card, split } = dataset;
    expect(Object.keys(measuresOf({ card, split, columns: () => ({}) }, 'val', { classes: 2, probabilities }))).toEqual(
      ['auc'],
    );
  });

  it('are none of images', () => {
    const images = loadDataset(writeTinyDataset(join(root, 'images')));
    expect(measuresOf(images, 'val', { classes: 3, probabilities: chances(TINY.val, 3) })).toEqual({});
  });
});
