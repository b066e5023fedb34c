/** Images that are in two splits: what is learnt by heart there counts as known here. */
import type { DataKind } from '../../../core/data-kinds.ts';
import { SPLIT_WORDS } from '../../../core/sources.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';

/** One sentence for each pair of splits that shares images; `hashes`: of each image's pixels. */
export function duplicateWarnings(
  hashes: Readonly<Record<SplitName, readonly string[]>>,
  { one, many }: DataKind['noun'],
): readonly string[] {
  return SPLITS.flatMap((first, index) =>
    SPLITS.slice(index + 1).flatMap((second) => {
      const known = new Set(hashes[first]);
      const shared = hashes[second].filter((hash) => known.has(hash)).length;
      if (shared === 0) return [];
      const verb = shared === 1 ? `${one} is` : `${many} are`;
      return [`${shared} ${SPLIT_WORDS[second]} ${verb} among the ${SPLIT_WORDS[first]} ${many} too.`];
    }),
  );
}
