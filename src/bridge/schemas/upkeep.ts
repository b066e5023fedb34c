/** Keeping runs for years: tags, notes, the trash, views of the list, and the space that all of it
 * takes. */
import { runFilter, runOrder } from '../../core/records/run-list.ts';
import { tagSchema } from '../../core/records/labels.ts';
import { count, id, z } from '../../core/records/zod.ts';

export const MOST_TAGS = 20;
export const MOST_RUNS_AT_ONCE = 1000;

export const idsInput = z.strictObject({ ids: z.array(id).min(1).max(MOST_RUNS_AT_ONCE) });

export const tagInput = idsInput.extend({
  add: z.array(tagSchema).max(MOST_TAGS).default([]),
  remove: z.array(tagSchema).max(MOST_TAGS).default([]),
});

export const runListInput = z.strictObject({
  ...runFilter.shape,
  trash: z.enum(['without', 'only']).default('without'),
  order: runOrder.optional(),
  offset: count.default(0),
  limit: z.int().min(1).max(1000).default(200),
});

/** Columns beside the name, which is always there. */
// prettier-ignore
export const RUN_COLUMNS = [
  'state', 'accuracy', 'front', 'hypervolume', 'students', 'time', 'started', 'strategy', 'dataset', 'teacher',
] as const;
export type RunColumn = (typeof RUN_COLUMNS)[number];

export const viewContentSchema = z.strictObject({
  ...runFilter.shape,
  order: runOrder,
  columns: z.array(z.enum(RUN_COLUMNS)).max(20),
});

export const viewInput = z.strictObject({
  name: z.string().trim().min(1).max(60),
  content: viewContentSchema,
});

export const viewSchema = z.strictObject({ id: count, name: z.string(), content: viewContentSchema });

/** What takes space without need. */
export const WASTE_KINDS = ['checkpoints', 'trash', 'caches', 'orphans', 'database'] as const;

export const wasteSchema = z.strictObject({
  kind: z.enum(WASTE_KINDS),
  bytes: count,
  /** Files, runs or pages: what they are depends on the kind. */
  count,
  /** Why it cannot be freed now. */
  blocked: z.string().optional(),
});

export const reclaimInput = z.strictObject({ kinds: z.array(z.enum(WASTE_KINDS)).min(1).max(WASTE_KINDS.length) });

export const reclaimedSchema = z.strictObject({ kind: z.enum(WASTE_KINDS), bytes: count, count });

export type RunListInput = z.input<typeof runListInput>;
export type ViewContent = z.output<typeof viewContentSchema>;
export type ViewView = z.output<typeof viewSchema>;
export type WasteView = z.output<typeof wasteSchema>;
export type WasteKind = WasteView['kind'];
export type ReclaimedView = z.output<typeof reclaimedSchema>;
