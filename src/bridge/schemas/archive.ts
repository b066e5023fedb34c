/** Runs and workspaces as one file: what an archive says of itself, and how it crosses the
 * bridge. */
import { count, hash, id, list, z } from '../../core/records/zod.ts';

/** Bytes in one message: whole messages stay below what the shells accept. */
export const ARCHIVE_CHUNK_BYTES = 1_500_000;

export const ARCHIVE_FORMAT = 'trade-archive';
/** Of archives that this version writes; it reads none that is later. */
export const ARCHIVE_VERSION = 1;
export const ARCHIVE_ENDING = '.trade';

/** By its name alone: what is in it is looked at when it is taken in. */
export const isArchiveName = (name: string): boolean => name.toLowerCase().endsWith(ARCHIVE_ENDING);

export const exportArchiveInput = z.strictObject({ runs: z.array(id).min(1).max(1000).optional() });

export const madeArchiveSchema = z.strictObject({
  /** What to call the file. */
  name: z.string(),
  bytes: count,
  /** What of the workspace stayed out, in words. */
  notes: list(z.string()),
});

/** A file that the system handed to the program, by its name alone. */
export const offeredArchiveSchema = z.strictObject({ id, name: z.string(), bytes: count });

export const readArchiveInput = z.strictObject({ id, offset: count });

export const archiveChunkInput = z.strictObject({
  id,
  offset: count,
  data: z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length > 0 && value.length <= ARCHIVE_CHUNK_BYTES,
    `expected 1 to ${ARCHIVE_CHUNK_BYTES} bytes`,
  ),
});

/** The first entry of an archive. */
export const manifestSchema = z.strictObject({
  format: z.literal(ARCHIVE_FORMAT),
  version: z.int().min(1),
  /** Schema of the workspace that it was packed from. */
  schema: z.int().min(1),
  kind: z.enum(['run', 'workspace']),
  program: z.string().max(100),
  packedAt: z.string().max(40),
  runs: z.array(z.strictObject({ id, name: z.string().max(200), records: hash })).max(100_000),
  views: z.array(z.strictObject({ name: z.string().max(200), content: z.string().max(20_000) })).max(1000),
  /** Every other entry, so that nothing is missing and nothing was added. */
  files: z
    .array(
      z.strictObject({
        path: z.string().max(300),
        bytes: count,
        sha256: hash,
      }),
    )
    .max(1_000_000),
});

export type Manifest = z.output<typeof manifestSchema>;
export type OfferedArchive = z.output<typeof offeredArchiveSchema>;
export type MadeArchive = z.output<typeof madeArchiveSchema>;
