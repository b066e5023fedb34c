/** What windows ask of one student: its record and network, notes, curves, latencies, its file. */
import { taskOf } from '../../core/arch/families/student-family.ts';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Run } from '../../core/records/run.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { Handlers } from '../handler-types.ts';
import type { Services } from '../services.ts';
import { graphOf, spaceOf } from '../runs/context.ts';
import { studentOf } from './trained-network.ts';
import { measureStudent } from '../runs/tasks/latency.ts';

interface StudentRecord {
  readonly trial: Trial;
  readonly run: Run;
  readonly graph: ArchitectureGraph;
}

export function trialHandlers(parts: Services): Handlers['trials'] {
  const { catalog, runs, jobs, executor, exporter } = parts;
  const { store } = parts.workspace;

  const trialOf = (id: string): Trial => studentOf(store, id).trial;

  async function recordOf(id: string): Promise<StudentRecord> {
    const trial = trialOf(id);
    const { run } = runs.get(trial.runId);
    const { card } = await catalog.dataset(run.config.dataset);
    const { family } = trial.candidate;
    const space = spaceOf({
      ...{ families: [family], ...taskOf(card) },
      ...(run.config.space && { space: run.config.space }),
    });
    return { trial, run, graph: graphOf(space, trial.candidate) };
  }

  return {
    note: ({ id }) => ({ note: store.trialNote(trialOf(id).id) }),
    setNote: ({ id, note }) => store.setTrialNote(id, note),
    get: async ({ id }) => ({ ...(await recordOf(id)), epochs: store.epochs(id) }),
    epochs: ({ ids }) => ids.map((trialId) => ({ trialId, points: store.epochs(trialId) })),
    latencies: ({ id }) => store.latencies(trialOf(id).id),
    measureLatency: async ({ id }) => {
      const { trial, run, graph } = await recordOf(id);
      const title = `Student ${trial.number + 1}`;
      if (trial.state !== 'finished') {
        const message = `${title} is ${trial.state}: latency is measured of finished students.`;
        throw new WorkbenchError('run.state', message);
      }
      return jobs.track({ kind: 'latency', subject: `${title} of "${run.name}"` }, (tell, signal) => {
        tell({ stage: 'timing its passes, alone' });
        return measureStudent({ store, executor }, { trial, graph }, signal);
      });
    },
    export: ({ id, format, precision }) => exporter.toMemory({ network: { trial: id }, format, precision }),
  };
}
