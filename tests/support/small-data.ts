/** A data set of 28 x 28 images that is hashed in a blink, as a person may put it into a workspace;
 * and ways to change it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createRng } from '../../src/core/math/rng.ts';
import { idxBytes } from '../compute/support/tiny-dataset.ts';
import { FASHION_TEACHER, writeFakeTeacher } from './fake-teacher.ts';

export const SMALL = { train: 160, val: 40, test: 40 } as const;
const SIDE = 28;
const CLASSES = 10;

type Split = keyof typeof SMALL;
/** What a card says of its files. */
export type Claims = 'nothing' | 'files' | 'fingerprint';

const fileOf = (split: Split, part: 'images' | 'labels'): string =>
  `${split}-${part}.idx${part === 'images' ? 3 : 1}.gz`;

/** `seed`: of the pixels. The fake trainer finds labels under these names. */
export function writeSmallDataset(directory: string, claims: Claims = 'files', seed = 1): void {
  mkdirSync(directory, { recursive: true });
  const rng = createRng(seed);
  for (const split of ['train', 'val', 'test'] as const) {
    const count = SMALL[split];
    const pixels = Uint8Array.from({ length: count * SIDE ** 2 }, () => rng.int(256));
    const labels = Uint8Array.from({ length: count }, (_, index) => index % CLASSES);
    writeFileSync(join(directory, fileOf(split, 'images')), gzipSync(idxBytes([count, SIDE, SIDE], pixels)));
    writeFileSync(join(directory, fileOf(split, 'labels')), gzipSync(idxBytes([count], labels)));
  }
  writeCard(directory, claims);
}

/** As a stranger does who knows what a card has to say: the hashes of files are right, the name is
 * the old one. */
export function writeCard(directory: string, claims: Claims, changes: Readonly<Record<string, unknown>> = {}): void {
  const hash = createHash('sha256');
  const splits = (['train', 'val', 'test'] as const).map((split) => {
    const [images, labels] = (['images', 'labels'] as const).map((part) => {
      const file = fileOf(split, part);
      const bytes = readFileSync(join(directory, file));
      hash.update(gunzipSync(bytes).subarray(part === 'images' ? 16 : 8));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return claims === 'files' ? { file, bytes: bytes.length, sha256 } : { file };
    });
    return [split, { count: SMALL[split], images, labels }] as const;
  });
  const card = {
    ...{ id: 'small', title: 'Small', licence: 'ours', shape: [SIDE, SIDE, 1] },
    classes: Array.from({ length: CLASSES }, (_, index) => `class ${index}`),
    splits: Object.fromEntries(splits),
    ...(claims === 'fingerprint' && { fingerprint: hash.digest('hex') }),
    ...changes,
  };
  writeFileSync(join(directory, 'dataset.json'), JSON.stringify(card));
}

/** Every label of a split becomes the one from the other end. */
export function invertLabels(directory: string, split: Split): void {
  const file = join(directory, fileOf(split, 'labels'));
  const labels = gunzipSync(readFileSync(file)).subarray(8);
  writeFileSync(
    file,
    gzipSync(
      idxBytes(
        [labels.length],
        labels.map((label) => CLASSES - 1 - label),
      ),
    ),
  );
}

export function writeSmallTeacher(directory: string): void {
  const dataset = { id: 'small', title: 'Small', trainImages: SMALL.train };
  writeFakeTeacher(directory, { ...FASHION_TEACHER, name: 'small-teacher', dataset });
}
