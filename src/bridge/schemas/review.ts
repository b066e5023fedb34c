/** Schemas of what networks are compared by: their kept checkpoints, twins, images, and what their
 * layers are like. */
import { bytes, count, id, list, sentList, z } from '../../core/records/zod.ts';
import type { LayerStatistics } from '../../core/layer-statistics.ts';

/** Weights of a student after its last epoch, or after its best one where that is another and they
 * were kept. */
export const checkpointKindSchema = z.enum(['final', 'best']);

/** What can be compared: a student at one of its kept epochs, or a teacher. */
export const networkSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('student'), id, checkpoint: checkpointKindSchema.default('final') }),
  z.strictObject({ kind: z.literal('teacher'), name: z.string().max(120) }),
]);

export const checkpointSchema = z.strictObject({ kind: checkpointKindSchema, epoch: count, bytes: count });

/** A finished student of the same architecture in another run of the same data set. */
export const twinSchema = z.strictObject({
  id,
  number: count,
  runId: id,
  runName: z.string(),
  /** `none`: trained without a teacher. */
  loss: z.string(),
  accuracy: z.custom<number>((value) => typeof value === 'number', 'expected a number'),
});

/** At most so many images at once. */
export const MOST_IMAGES = 200;

/** Places of images in the validation split. */
export const imagesInput = z.strictObject({
  dataset: z.string().max(120),
  indices: z.array(count).min(1).max(MOST_IMAGES),
});

export const imagesSchema = z.strictObject({
  /** `[height, width, channels]` */
  shape: list(z.number()),
  /** `[indices][height][width][channels]` */
  pixels: bytes,
  /** Of their files, in what was imported; absent where they were not kept. */
  names: list(z.string()).optional(),
});

export const layersSchema = z.strictObject({
  /** Validation images that the outputs are of. */
  images: count,
  /** Only ever sent by the host; `core/layer-statistics.ts` is their shape. */
  layers: sentList<LayerStatistics>('layers'),
});

export type NetworkInput = z.output<typeof networkSchema>;
export type CheckpointView = z.output<typeof checkpointSchema>;
export type TwinView = z.output<typeof twinSchema>;
export type ImagesView = z.output<typeof imagesSchema>;
export type LayersView = z.output<typeof layersSchema>;
