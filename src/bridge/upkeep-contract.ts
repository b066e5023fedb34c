/** The methods by which runs are kept for years: a part of the contract. */
import { oc } from '@orpc/contract';
import { noteSchema } from '../core/records/labels.ts';
import * as l from '../core/records/run-list.ts';
import { bytes, list, z } from '../core/records/zod.ts';
import {
  archiveChunkInput,
  exportArchiveInput,
  madeArchiveSchema,
  offeredArchiveSchema,
  readArchiveInput,
} from './schemas/archive.ts';
import { jobSchema } from './schemas/job.ts';
import { idInput, runSummarySchema, storedRuns } from './schemas/records.ts';
import * as u from './schemas/upkeep.ts';

const noteOf = z.strictObject({ note: z.string() });
const setNoteInput = idInput.extend({ note: noteSchema });

export const runUpkeep = {
  /** Newest first where no order is named; of a search also the places in the notes of these
   * rows. */
  list: oc
    .input(u.runListInput)
    .output(z.strictObject({ rows: storedRuns, total: z.number(), noteHits: list(l.noteHitSchema) })),
  facets: oc.output(l.runFacetsSchema),
  tag: oc.input(u.tagInput).output(list(runSummarySchema)),
  /** Markdown. */
  note: oc.input(idInput).output(noteOf),
  setNote: oc.input(setNoteInput).output(z.void()),
  /** Those that are running are paused first. */
  trash: oc.input(u.idsInput).output(list(runSummarySchema)),
  restore: oc.input(u.idsInput).output(list(runSummarySchema)),
  /** Out of the trash, for good: rows and files. */
  purge: oc.input(u.idsInput).output(z.void()),
  sizes: oc.input(u.idsInput).output(list(l.runSizeSchema)),
};

export const trialUpkeep = {
  note: oc.input(idInput).output(noteOf),
  setNote: oc.input(setNoteInput).output(z.void()),
};

export const views = {
  /** In the order of their names. */
  list: oc.output(list(u.viewSchema)),
  /** Takes the place of the one of that name. */
  save: oc.input(u.viewInput).output(u.viewSchema),
  remove: oc.input(z.strictObject({ id: z.int() })).output(z.void()),
};

export const space = {
  /** What takes space without need: some seconds in a large workspace. */
  waste: oc.output(list(u.wasteSchema)),
  reclaim: oc.input(u.reclaimInput).output(list(u.reclaimedSchema)),
};

export const archives = {
  /** Packs these runs, or the whole workspace where none are named; what the job made is the
   * archive's id. */
  pack: oc.input(exportArchiveInput).output(jobSchema),
  /** Throws where the archive is gone. */
  made: oc.input(idInput).output(madeArchiveSchema),
  /** Bytes from an offset on; fewer than asked for at the end alone. */
  read: oc.input(readArchiveInput).output(bytes),
  /** The next piece of a file that is handed over to be taken in; the first one begins it. */
  upload: oc.input(archiveChunkInput).output(z.void()),
  /** Files that the system handed to the program, until they are taken in or dropped;
   * `archive.offered` tells of a new one. */
  offered: oc.output(list(offeredArchiveSchema)),
  /** Takes in what was uploaded or offered under this id; what the job made is told in words. */
  unpack: oc.input(idInput.extend({ name: z.string().max(300) })).output(jobSchema),
  /** Forgets a made, an uploaded or an offered one; an offered file stays where it is. */
  drop: oc.input(idInput).output(z.void()),
};
