/** Which students the families of a run have. */
import { level } from './candidate.ts';
import { readOnly, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

/** Levels by family and dimension. */
export const levelsSchema = z.record(
  z.string().max(100),
  z.record(z.string().max(100), readOnly(z.array(level).max(100))),
);

/**
 * `compact`: few choices for a whole network, some thousand students a family. `wide`: every choice
 * free in each stage or block, about `scale` params large, up to ten thousand million students a
 * family.
 */
export const spaceKindSchema = z.union([
  z.strictObject({ kind: z.literal('compact') }),
  z.strictObject({
    kind: z.literal('wide'),
    scale: z.number().positive(),
    /** Of dimensions that have others than the scale gives them; in a run's record all that are in
     * force. */
    levels: levelsSchema.optional(),
    /** In a run's record: those that somebody gave. */
    own: levelsSchema.optional(),
  }),
]);

export type SpaceKind = RecordOf<typeof spaceKindSchema>;
