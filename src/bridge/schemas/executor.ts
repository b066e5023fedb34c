/** Where trainings run: on this machine, or on a cluster of Ray. */
import { anyNumber, count, list, z } from '../../core/records/zod.ts';

const HOST_AND_PORT = /^(?:ray:\/\/)?(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}$/;

const local = z.strictObject({ kind: z.literal('local') });

export const raySchema = z.strictObject({
  kind: z.literal('ray'),
  /** `ray://head:10001` of Ray's client server; `head:6379` on a machine of the cluster itself. */
  address: z
    .string()
    .regex(HOST_AND_PORT, 'give it as in ray://head.example.org:10001')
    .describe('ray://HOST:10001; HOST:6379 on a machine of the cluster'),
  cpus: z.number().min(0).max(1024).default(1).describe('What Ray sets aside for each; as many threads'),
  gpus: z.number().min(0).max(64).default(0).describe('Untried: no machine with a GPU was at hand'),
  /** The program's folder on the machines of the cluster; absent: `TRADE_PROGRAM` of each, or the
   * folder that it has here. */
  program: z.string().min(1).max(1000).optional().describe('Its folder on the machines of the cluster'),
});

export const executorSchema = z.discriminatedUnion('kind', [local, raySchema]);

const clusterNodeSchema = z.strictObject({
  id: z.string(),
  address: z.string(),
  cpus: anyNumber,
  gpus: anyNumber,
  /** Bytes. */
  memory: anyNumber,
  /** The program's version there. */
  version: z.string().optional(),
  /** Why no trainer can run there, in words. */
  problem: z.string().optional(),
});

const resource = z.strictObject({ total: anyNumber, free: anyNumber });

/** What a cluster answered. */
export const clusterSchema = z.strictObject({
  address: z.string(),
  versions: z.strictObject({ ray: z.string(), python: z.string() }),
  nodes: list(clusterNodeSchema),
  cpus: resource,
  gpus: resource,
  /** Trainers that fit side by side, were nothing else running. */
  slots: count,
});

export const executorStatusSchema = z.strictObject({
  /** What the next search takes. */
  executor: executorSchema,
  /** Named on the command line: not kept in the workspace. */
  isForNow: z.boolean(),
  /** Why Ray cannot be spoken to from here, in words; absent where it can. */
  missing: z.string().optional(),
  /** Of the trainers on a cluster, at this moment. */
  trainers: list(
    z.strictObject({
      id: count,
      state: z.enum(['waiting', 'working', 'idle']),
      /** Its machine's address; what it waits for. */
      node: z.string().optional(),
      words: z.string().optional(),
    }),
  ),
});

export type ExecutorSettings = z.output<typeof executorSchema>;
export type RaySettings = Extract<ExecutorSettings, { kind: 'ray' }>;
export type ClusterView = z.output<typeof clusterSchema>;
export type ExecutorStatus = z.output<typeof executorStatusSchema>;
