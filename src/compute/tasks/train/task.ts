/** A student is trained to its end, or to the end of a leg. */
import { checkpointsSchema } from '../../../core/records/checkpoints.ts';
import { computerSchema } from '../../../core/records/machine.ts';
import type { Computer } from '../../../core/records/machine.ts';
import { warmStartSchema } from '../../../core/records/proposal.ts';
import { recipeSchema } from '../../../core/records/recipe.ts';
import { anyNumber, count as whole, z } from '../../../core/records/zod.ts';
import { artifact, count, datasetRef, graph, seed, teacherRef } from '../inputs.ts';
import { epochReport, noteReport, progressReport, writtenFile } from '../outputs.ts';
import type { EpochReport, NoteReport, ProgressReport, Task, WrittenFile } from '../outputs.ts';
import { judgement } from '../evaluate/task.ts';
import type { Evaluation, Judgement } from '../evaluate/task.ts';
import { artifactAt, datasetAt, teacherAt } from '../travel.ts';
import type { Travel } from '../travel.ts';

/** The stage in which a student's first filters are combined of its parents'. */
export const COMBINING = "combining its parents' filters";

export const trainInput = z.object({
  graph,
  dataset: datasetRef,
  /** Absent: trained without a teacher. */
  teacher: teacherRef.optional(),
  recipe: recipeSchema,
  /** It rests after so many epochs, of a schedule that may be longer; absent: it is trained to its
   * end. */
  until: count.optional(),
  /** What its weights are taken from before its first step; absent: its seed draws them all. */
  from: z
    .object({
      map: warmStartSchema.shape.map,
      seed,
      parents: z.array(z.union([z.literal('teacher'), artifact.extend({ graph })])).readonly(),
    })
    .optional(),
  checkpoints: checkpointsSchema,
  seed,
  /** An epoch checkpoint (weights, optimiser state, epoch) of an earlier attempt to go on from. */
  resumeFrom: artifact.optional(),
});

export type TrainInput = Readonly<z.infer<typeof trainInput>>;

export interface Trained extends Judgement {
  readonly type: 'trained';
  readonly seconds: number;
  /** Trainable weights counted from the tensors: must equal the graph's. */
  readonly params: number;
  /** Weights after the last epoch, which the figures are of. */
  readonly checkpoint: WrittenFile;
  /** Epochs done. */
  readonly epochs: number;
  /** What it was trained by. */
  readonly computer?: Computer;
  /** Weights after the best epoch, where they are to be kept and it is not the last. */
  readonly best?: { readonly epoch: number; readonly checkpoint: WrittenFile };
}

/** The epoch that it was to rest after is done, and was reported; figures are those of the
 * validation split. */
export interface Rested extends Pick<Evaluation, 'accuracy' | 'loss'> {
  readonly type: 'rested';
  readonly epoch: number;
}

export type TrainTask = Task<typeof trainInput, ProgressReport | EpochReport | NoteReport, Trained | Rested>;

const trained = judgement.extend({
  type: z.literal('trained'),
  seconds: anyNumber,
  params: whole,
  checkpoint: writtenFile,
  epochs: whole,
  computer: computerSchema.optional(),
  best: z.object({ epoch: whole, checkpoint: writtenFile }).optional(),
});

const rested = z.object({ type: z.literal('rested'), epoch: whole, accuracy: anyNumber, loss: anyNumber });

export const trainTravel: Travel<TrainTask> = {
  reads: (input, places) => ({
    ...input,
    dataset: datasetAt(places, input.dataset),
    ...(input.teacher && { teacher: teacherAt(places, input.teacher) }),
    ...(input.resumeFrom && { resumeFrom: artifactAt(places, input.resumeFrom) }),
    ...(input.from && {
      from: {
        ...input.from,
        parents: input.from.parents.map((one) => (one === 'teacher' ? one : artifactAt(places, one))),
      },
    }),
  }),
  report: z.discriminatedUnion('type', [progressReport, noteReport, epochReport]),
  output: z.discriminatedUnion('type', [trained, rested]),
};
