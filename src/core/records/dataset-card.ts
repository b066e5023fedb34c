/** `dataset.json`, the card of a data set's folder, as anybody may have written it: no wider than
 * what a window may be answered. */
import { formFault } from '../sequences/steps.ts';
import { exampleSchema } from './example.ts';
import { z } from './zod.ts';
import type { RecordOf } from './zod.ts';

const text = z.string().max(10_000);
/** Labels are bytes; and sizes of images beyond these are of no data set that is trained on
 * here. */
const MOST_CLASSES = 256;
const side = z.int().min(1).max(4096);
/** In the card's own folder. */
export const fileName = z
  .string()
  .regex(/^[^./\\][^/\\]*$/)
  .max(200);

/** A gzipped IDX file. */
const fileSchema = z.object({ file: fileName, bytes: z.int().optional(), sha256: text.optional() });

/** Or rows: `[count][height][width][channels]` bytes and nothing else, which are read by position.
 * Absent, as in cards of earlier versions: IDX. */
const imagesSchema = fileSchema.extend({ form: z.enum(['idx', 'rows']).optional() });

/** Sound that can be played, beside the spectrograms: `[count][samples]` whole numbers of 16 bits,
 * the lower byte first, at the rate of the card's `example`. */
const recordingsSchema = fileSchema.extend({ samples: z.int().min(1).max(2_000_000) });

const splitSchema = z.object({
  count: z.int().min(1).max(1e9),
  /** Images of each class; this and what is optional below stand in the cards of imported data
   * sets. */
  balance: z.array(z.int().min(0)).max(MOST_CLASSES).optional(),
  images: imagesSchema,
  labels: fileSchema,
  /** A whole number for each example (gzipped IDX of 32 bits): its group's place in the card's
   * `groups`, its place in the sequence it was cut from. */
  columns: z.object({ group: fileSchema.optional(), position: fileSchema.optional() }).optional(),
  recordings: recordingsSchema.optional(),
  /** Where each example lay in what was imported (gzipped JSON, a list of paths). */
  names: fileSchema.optional(),
});

const cardSchema = z.object({
  id: text,
  title: text,
  licence: text.default('unknown'),
  /** Absent: an image. */
  example: exampleSchema.optional(),
  /** `[height, width, channels]` */
  shape: z.tuple([side, side, side]),
  classes: z.array(text).min(2).max(MOST_CLASSES),
  splits: z.object({ train: splitSchema, val: splitSchema, test: splitSchema }),
  /** Names of speakers, pupils or whatever a split must not tear apart. */
  groups: z.array(text).max(1_000_000).optional(),
  /** SHA-256 of the pixels and labels of all splits. */
  fingerprint: text.optional(),
  /** Where it came from. */
  source: text.optional(),
  /** Day of its import, ISO 8601. */
  date: text.optional(),
  /** How it was made of its source, for people. */
  import: z.record(z.string(), z.unknown()).optional(),
  warnings: z.array(text).max(1000).optional(),
});

/** What is wrong with a card whose parts are sound each, in words. */
function cardFault({ example, shape, splits, groups }: z.output<typeof cardSchema>): string | undefined {
  const cut = Object.values(splits);
  if (groups === undefined && cut.some(({ columns }) => columns?.group)) {
    return 'its examples have groups, and it names none';
  }
  if (example?.kind !== 'sequence') return undefined;
  if (cut.some(({ images }) => images.form === 'rows')) return 'sequences are kept as IDX files, and these are rows';
  return formFault(example, shape);
}

export const datasetCardSchema = cardSchema.superRefine((card, context) => {
  const message = cardFault(card);
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['example'], message });
});

export type DatasetCard = RecordOf<typeof datasetCardSchema>;
