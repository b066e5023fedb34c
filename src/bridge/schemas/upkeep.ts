/** Keeping runs for years: tags, notes, the trash, views of the list, and the space that all of it
 * takes. */
import { count, z } from '../../core/records/zod.ts';

const ID = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

/** What is written onto a run, as a part of its summary. */
export const runLabels = {
  tags: list(z.string()),
  hasNote: z.boolean(),
  /** In the trash since then. */
  trashedAt: z.string().optional(),
  /** Students off the front gave up their weights to make room. */
  frontOnly: z.boolean(),
};

export const MOST_TAGS = 20;
export const MOST_RUNS_AT_ONCE = 1000;

/** One line, as it is shown. */
export const tagSchema = z
  .string()
  .trim()
  .min(1, 'a tag needs a letter')
  .max(40, 'at most 40 letters')
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp},]*$/u, 'one line, and no comma');

export const noteSchema = z.string().max(100_000);

export const idsInput = z.strictObject({ ids: z.array(ID).min(1).max(MOST_RUNS_AT_ONCE) });

export const tagInput = idsInput.extend({
  add: z.array(tagSchema).max(MOST_TAGS).default([]),
  remove: z.array(tagSchema).max(MOST_TAGS).default([]),
});

/** As `RUN_ORDERS` of the store; the host's types keep both in step. */
export const RUN_ORDERS = ['started', 'name', 'state', 'accuracy', 'front', 'hypervolume', 'students', 'time'] as const;
export type RunOrder = (typeof RUN_ORDERS)[number];

const wanted = z.array(z.string().max(200)).max(100);

const filterFields = {
  search: z.string().max(200).optional(),
  states: z
    .array(z.enum(['running', 'paused', 'interrupted', 'finished', 'failed']))
    .max(5)
    .optional(),
  strategies: wanted.optional(),
  datasets: wanted.optional(),
  teachers: wanted.optional(),
  /** Every one of them. */
  tags: wanted.optional(),
};

const orderSchema = z.strictObject({ by: z.enum(RUN_ORDERS), descending: z.boolean() });

export const runListInput = z.strictObject({
  ...filterFields,
  trash: z.enum(['without', 'only']).default('without'),
  order: orderSchema.optional(),
  offset: count.default(0),
  limit: z.int().min(1).max(1000).default(200),
});

/** Where the notes of a run, or of one of its students, say what was searched for. */
export const noteHitSchema = z.strictObject({ runId: ID, trial: count.optional(), text: z.string() });

const facetsOf = list(z.strictObject({ value: z.string(), runs: count }));

/** Values that runs outside the trash have, and how many of them. */
export const runFacetsSchema = z.strictObject({
  states: facetsOf,
  strategies: facetsOf,
  datasets: facetsOf,
  teachers: facetsOf,
  tags: facetsOf,
});

export const runSizeSchema = z.strictObject({ id: ID, checkpointBytes: count, recordBytes: count });

/** Columns beside the name, which is always there. */
// prettier-ignore
export const RUN_COLUMNS = [
  'state', 'accuracy', 'front', 'hypervolume', 'students', 'time', 'started', 'strategy', 'dataset', 'teacher',
] as const;
export type RunColumn = (typeof RUN_COLUMNS)[number];

export const viewContentSchema = z.strictObject({
  ...filterFields,
  order: orderSchema,
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
export type NoteHitView = z.output<typeof noteHitSchema>;
export type RunFacetsView = z.output<typeof runFacetsSchema>;
export type RunSizeView = z.output<typeof runSizeSchema>;
export type ViewContent = z.output<typeof viewContentSchema>;
export type ViewView = z.output<typeof viewSchema>;
export type WasteView = z.output<typeof wasteSchema>;
export type WasteKind = WasteView['kind'];
export type ReclaimedView = z.output<typeof reclaimedSchema>;
