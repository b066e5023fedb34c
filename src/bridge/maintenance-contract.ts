/** The methods by which a workspace is kept sound: a part of the contract. */
import { oc } from '@orpc/contract';
import { list, z } from '../core/records/zod.ts';

const backupSchema = z.strictObject({
  /** Of the file, or folder of weights, in the workspace's folder `backups`. */
  name: z.string(),
  /** As the store's `BackupKind`, which the host's types keep in step, and weights that were put
   * aside. */
  kind: z.enum(['daily', 'asked', 'migration', 'repair', 'restore', 'damaged', 'checkpoints']),
  schema: z.int(),
  at: z.string(),
  bytes: z.number(),
  /** False for the bytes of a database that was damaged, and for weights: both are kept, and are no
   * copy. */
  restorable: z.boolean(),
});

const repairSchema = z.strictObject({
  /** Name of the copy that was made first. */
  backup: z.string(),
  /** What was done, a sentence each. */
  done: list(z.string()),
  /** What nothing can bring back. */
  problems: list(z.string()),
  /** The database itself is damaged: the next start saves what can be read of it. */
  restart: z.boolean(),
});

export const doctor = {
  /** Always after a copy. Refused while a search runs or something is trained. */
  repair: oc.output(repairSchema),
};

export const backups = {
  /** Newest first. */
  list: oc.output(list(backupSchema)),
  make: oc.output(backupSchema),
  /** Put back by the next start: a search that runs goes on until then, and what stands in its
   * place is kept. */
  restore: oc.input(z.strictObject({ name: z.string().max(120) })).output(z.void()),
  /** For good; refused for one that is to be put back. Damaged ones and weights go in no other
   * way. */
  remove: oc.input(z.strictObject({ name: z.string().max(120) })).output(z.void()),
};

export type BackupView = z.output<typeof backupSchema>;
export type RepairView = z.output<typeof repairSchema>;
