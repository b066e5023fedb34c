/** A teacher of answers to the images of the tiny data set, without an import. */
import { join } from 'node:path';
import type { LogitsCard } from '../../../src/core/records/teacher-card.ts';
import { writeAtomically } from '../../../src/compute/files/atomic-file.ts';
import { encodeSealed } from '../../../src/compute/files/safetensors.ts';
import { networkHash, weightsHash, writeTeacherCard } from '../../../src/compute/teachers/card.ts';
import type { TeacherCard } from '../../../src/core/records/teacher-card.ts';
import { TINY } from './tiny-dataset.ts';

const split = { images: '1'.repeat(64), labels: '2'.repeat(64) };
export const TINY_SOURCES = {
  ...{ at: '2026-01-02T03:04:05.000Z', shape: [TINY.side, TINY.side, 1], classes: ['a', 'b', 'c'] },
  splits: { train: split, val: split, test: split },
};

/** The same logits for every image of these splits. */
export function writeRowsTeacher(
  directory: string,
  name: string,
  row: readonly number[],
  splits: readonly ('train' | 'val' | 'test')[] = ['train', 'val', 'test'],
): LogitsCard {
  const tensors = splits.map((one) => {
    const values = Float32Array.from({ length: TINY[one] * TINY.classes }, (_, place) => row[place % TINY.classes]!);
    return { name: one, shape: [TINY[one], TINY.classes], values };
  });
  const { bytes, sha256 } = writeAtomically(join(directory, 'logits.safetensors'), encodeSealed(tensors, {}));
  const card: LogitsCard = {
    ...{ kind: 'logits', name, title: name, accuracy: {}, gives: 'logits', classes: TINY.classes },
    inputShape: [TINY.side, TINY.side, 1],
    weights: { file: 'logits.safetensors', bytes, sha256 },
    dataset: { id: 'tiny', title: 'Tiny', sources: TINY_SOURCES },
    rows: {
      train: TINY.train,
      ...(splits.includes('val') && { val: TINY.val }),
      ...(splits.includes('test') && { test: TINY.test }),
    },
  };
  writeTeacherCard(directory, card);
  return card;
}

/** What is to be known of a member. */
export const knownOf = (card: TeacherCard) => ({
  ...{ weights: weightsHash(card), network: networkHash(card), at: TINY_SOURCES.at },
});
