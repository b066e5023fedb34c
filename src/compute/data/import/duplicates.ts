/** Images that are in two splits: what is learnt by heart there counts as known here. */
import { createHash } from 'node:crypto';
import type { Split, SplitName } from '../dataset.ts';
import { SPLIT_NAMES } from './source.ts';

const TITLES: Readonly<Record<SplitName, string>> = { train: 'training', val: 'validation', test: 'test' };

/** One sentence for each pair of splits that shares images; pixels are compared by SHA-256. */
export function duplicateWarnings(splits: Readonly<Record<SplitName, Split>>): readonly string[] {
  const hashes = { train: hashesOf(splits.train), val: hashesOf(splits.val), test: hashesOf(splits.test) };
  return SPLIT_NAMES.flatMap((first, index) =>
    SPLIT_NAMES.slice(index + 1).flatMap((second) => {
      const known = new Set(hashes[first]);
      const shared = hashes[second].filter((hash) => known.has(hash)).length;
      if (shared === 0) return [];
      const verb = shared === 1 ? 'image is' : 'images are';
      return [`${shared} ${TITLES[second]} ${verb} among the ${TITLES[first]} images too.`];
    }),
  );
}

function hashesOf({ count, pixels }: Split): readonly string[] {
  const bytes = pixels.length / count;
  return Array.from({ length: count }, (_, image) =>
    createHash('sha256')
      .update(pixels.subarray(image * bytes, (image + 1) * bytes))
      .digest('base64'),
  );
}
