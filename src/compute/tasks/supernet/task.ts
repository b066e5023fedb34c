/** One network with all students of a family is trained, and what its paths count with it. */
import type { SupernetEdge } from '../../../core/arch/supernet.ts';
import { recipeSchema } from '../../../core/records/recipe.ts';
import { anyNumber, count, z } from '../../../core/records/zod.ts';
import { artifact, datasetRef, graph, seed, teacherRef, text } from '../inputs.ts';
import { progressReport, writtenFile } from '../outputs.ts';
import type { ProgressReport, Task, WrittenFile } from '../outputs.ts';
import { artifactAt, datasetAt, teacherAt } from '../travel.ts';
import type { Travel } from '../travel.ts';

const edge = z.object({ id: text, dimension: text, paths: z.array(z.array(text)) });

const network = z.object({
  graph,
  edges: z.custom<readonly SupernetEdge[]>((edges) => z.array(edge).min(1).safeParse(edges).success),
});

export const supernetInput = z.object({
  /** One for each stage of the method. */
  networks: z.array(network).min(1),
  method: text,
  options: z.record(text, z.number()),
  dataset: datasetRef,
  /** Absent: trained without a teacher. */
  teacher: teacherRef.optional(),
  /** Its epochs are the search's. */
  recipe: recipeSchema,
  seed,
  /** Of its student. */
  limits: z.object({ params: z.number().optional(), macs: z.number().optional() }).optional(),
  /** The file of an epoch of an earlier attempt to go on from. */
  resumeFrom: artifact.optional(),
});

/** `checkpoint`: where the search can go on from, written before this is sent. */
export interface SupernetReport {
  readonly type: 'epoch';
  readonly epoch: number;
  /** How much each path counts on average after it, edge after edge. */
  readonly shares: readonly number[];
  /** Mean over the epoch's steps of the weights. */
  readonly loss: number;
  readonly checkpoint: WrittenFile;
}

export interface Searched {
  readonly epochs: number;
  /** Edge after edge, each with a value a level. */
  readonly mixing: readonly number[];
  /** Of all processors, over all epochs that count. */
  readonly cpuSeconds: number;
  /** Weights of the supernet. */
  readonly checkpoint: WrittenFile;
}

export type SupernetTask = Task<typeof supernetInput, ProgressReport | SupernetReport, Searched>;

const epoch = z.object({
  type: z.literal('epoch'),
  epoch: count,
  shares: z.array(anyNumber),
  loss: anyNumber,
  checkpoint: writtenFile,
});

export const supernetTravel: Travel<SupernetTask> = {
  reads: (input, places) => ({
    ...input,
    dataset: datasetAt(places, input.dataset),
    ...(input.teacher && { teacher: teacherAt(places, input.teacher) }),
    ...(input.resumeFrom && { resumeFrom: artifactAt(places, input.resumeFrom) }),
  }),
  report: z.discriminatedUnion('type', [progressReport, epoch]),
  output: z.object({ epochs: count, mixing: z.array(anyNumber), cpuSeconds: anyNumber, checkpoint: writtenFile }),
};
