/** The methods by which a person says where trainings run: a part of the contract. */
import { oc } from '@orpc/contract';
import { clusterSchema, executorSchema, executorStatusSchema } from './schemas/executor.ts';
import { jobSchema } from './schemas/job.ts';

export const executor = {
  /** What is chosen, and what its trainers on a cluster do. */
  status: oc.output(executorStatusSchema),
  /** For every search from now on. Refused while anything is at work. */
  choose: oc.input(executorSchema).output(executorStatusSchema),
  /** Asks the cluster what it has: within 10 s where it is not there, up to a minute where it is.
   * Throws `backend.missing`, in words. */
  test: oc.input(executorSchema).output(clusterSchema),
  /** Makes the Python environment that Ray needs, in the user's cache: 450 MB, and a minute. */
  install: oc.output(jobSchema),
};
