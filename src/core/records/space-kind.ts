/** Which students the families of a run have. */
import type { level } from './candidate.ts';
import type { RecordOf } from './zod.ts';

/** Levels by family and dimension. */
type Levels = Readonly<Record<string, Readonly<Record<string, readonly RecordOf<typeof level>[]>>>>;

/**
 * `compact`: few choices for a whole network, some thousand students a family. `wide`: every choice
 * free in each stage or block, about `scale` params large, up to ten thousand million students a
 * family.
 */
export type SpaceKind =
  | { readonly kind: 'compact' }
  | {
      readonly kind: 'wide';
      readonly scale: number;
      /** Of dimensions that have others than the scale gives them. */
      readonly levels?: Levels;
    };
