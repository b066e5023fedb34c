/** Fronts over many runs of a workspace: runs by the data they were searched on, and their finished
 * students as columns. */
import type { FrontGroupView, FrontQuery, SentFrontPoints } from '../../bridge/schemas/front.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { ReadableStore } from '../../store/store.ts';
import type { RunSummary } from '../../core/records/summary.ts';
import { yieldToEvents, readRuns } from '../slices.ts';

/** Trials that are read at once: some milliseconds. */
const SLICE = 2000;

/** Most finished students first; runs without any are in no group. */
export async function frontGroups(store: ReadableStore): Promise<readonly FrontGroupView[]> {
  return groupsIn(await readRuns(store))
    .map(({ key, dataset, members }) => ({ key, dataset, ...totalsOf(members), teachers: teachersOf(members) }))
    .sort((left, right) => right.finished - left.finished || left.key.localeCompare(right.key));
}

/** Throws `run.missing` for an unknown group. */
export async function frontPoints(store: ReadableStore, { group, teacher }: FrontQuery): Promise<SentFrontPoints> {
  const found = groupsIn(await readRuns(store)).find(({ key }) => key === group);
  if (!found) {
    throw new WorkbenchError('run.missing', 'The runs of this front are not in the workspace any more: choose others.');
  }
  const members = found.members.filter(({ run }) => teacher === undefined || run.config.teacher === teacher);
  const parts = [];
  for (const [place, { run, trials }] of members.entries()) {
    const count = Object.values(trials).reduce((sum, some) => sum + some, 0);
    for (let offset = 0; offset < count; offset += SLICE) {
      parts.push({ place, ...store.finishedTrials(run.id, { offset, limit: SLICE }) });
      await yieldToEvents();
    }
  }
  const families = [...new Set(parts.flatMap((part) => part.families))].sort();
  const familyPlace = new Map(families.map((family, place) => [family, place]));
  const sum = parts.reduce((total, { ids }) => total + ids.length, 0);
  const columns = {
    run: new Float64Array(sum),
    family: new Float64Array(sum),
    accuracy: new Float64Array(sum),
    params: new Float64Array(sum),
    macs: new Float64Array(sum),
  };
  let at = 0;
  for (const part of parts) {
    columns.run.fill(part.place, at, at + part.ids.length);
    part.families.forEach((family, index) => (columns.family[at + index] = familyPlace.get(family) ?? NaN));
    columns.accuracy.set(part.accuracies, at);
    columns.params.set(part.params, at);
    columns.macs.set(part.macs, at);
    at += part.ids.length;
    await yieldToEvents();
  }
  return {
    runs: members.map(({ run: { id, name, config } }) => ({ id, name, teacher: config.teacher })),
    families,
    ids: parts.flatMap(({ ids }) => ids).join('\n'),
    ...columns,
  };
}

interface Group {
  readonly key: string;
  readonly dataset: string;
  readonly members: RunSummary[];
}

/** By content where it is known: a data set may have been imported anew under its old name. */
function groupsIn(summaries: readonly RunSummary[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const summary of summaries) {
    if (summary.trials.finished === 0) continue;
    const { dataset, datasetFingerprint } = summary.run.config;
    const key = datasetFingerprint ?? dataset;
    const group = groups.get(key) ?? { key, dataset, members: [] };
    group.members.push(summary);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function totalsOf(members: readonly RunSummary[]): { readonly runs: number; readonly finished: number } {
  return { runs: members.length, finished: members.reduce((sum, { trials }) => sum + trials.finished, 0) };
}

function teachersOf(members: readonly RunSummary[]): FrontGroupView['teachers'] {
  const names = [...new Set(members.map(({ run }) => run.config.teacher))];
  return names
    .map((teacher) => ({ teacher, ...totalsOf(members.filter(({ run }) => run.config.teacher === teacher)) }))
    .sort((left, right) => right.finished - left.finished || left.teacher.localeCompare(right.teacher));
}
