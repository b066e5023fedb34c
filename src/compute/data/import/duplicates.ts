/** Images that are in two splits: what is learnt by heart there counts as known here. */
import { createHash } from 'node:crypto';
import { SPLIT_WORDS } from '../../../core/sources.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { Split } from '../dataset.ts';

/** One sentence for each pair of splits that shares images; pixels are compared by SHA-256. */
export function duplicateWarnings(splits: Readonly<Record<SplitName, Split>>): readonly string[] {
  const hashes = { train: hashesOf(splits.train), val: hashesOf(splits.val), test: hashesOf(splits.test) };
  return SPLITS.flatMap((first, index) =>
    SPLITS.slice(index + 1).flatMap((second) => {
      const known = new Set(hashes[first]);
      const shared = hashes[second].filter((hash) => known.has(hash)).length;
      if (shared === 0) return [];
      const verb = shared === 1 ? 'image is' : 'images are';
      return [`${shared} ${SPLIT_WORDS[second]} ${verb} among the ${SPLIT_WORDS[first]} images too.`];
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
