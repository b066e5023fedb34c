/** Which machines a run was searched on: kept with its sources, so that it says what it is. */
import { availableParallelism, cpus } from 'node:os';
import type { Computer, Machine } from '../../core/records/machine.ts';
import { MOST_MACHINES } from '../../core/records/sources.ts';
import type { RunSources } from '../../core/records/sources.ts';
import type { WritableStore } from '../../store/store.ts';

/** `program`: its version. */
export const thisMachine = (program: string, now: Date): Machine => ({
  ...{ at: now.toISOString(), program, node: process.versions.node },
  platform: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
});

const SAME = ['program', 'node', 'platform', 'processor', 'cores'] as const satisfies readonly (keyof Machine)[];

/** The same object where the run goes on where it was last. */
export function withMachine(sources: RunSources, machine: Machine): RunSources {
  const { machines = [] } = sources;
  const last = machines.at(-1);
  if (last && SAME.every((key) => last[key] === machine[key])) return sources;
  return { ...sources, machines: [...machines.slice(0, MOST_MACHINES - 1), machine] };
}

/** Writes down what trained a student, where nothing was known of it on this machine. */
export function noteComputer(
  store: Pick<WritableStore, 'sources' | 'setSources'>,
  runId: string,
  computer: Computer | undefined,
): void {
  const sources = store.sources(runId);
  const last = sources?.machines?.at(-1);
  if (computer === undefined || sources === undefined || last === undefined || last.backend !== undefined) return;
  const earlier = sources.machines?.slice(0, -1) ?? [];
  store.setSources(runId, { ...sources, machines: [...earlier, { ...last, ...computer }] });
}
