/** The log of a run for people: events as they are stored, without what is large and only a
 * strategy reads. */
import { toldOf } from '../../../core/records/events.ts';
import type { LogEntryView } from '../../../bridge/schemas/log.ts';
import type { ReadableStore, Slice, StoredEvent } from '../../../store/store.ts';
import { yieldToEvents } from '../../slices.ts';

/** In order; `offset` is the first `seq`. */
export function logEntries(
  store: Pick<ReadableStore, 'events'>,
  runId: string,
  slice: Slice = {},
): readonly LogEntryView[] {
  return store.events(runId, slice).map(entryOf);
}

function entryOf({ seq, at, event }: StoredEvent): LogEntryView {
  if (event.type !== 'asked') return { seq, at, ...event };
  const { continues, search } = event;
  const proposals = event.proposals.map(({ trial, candidate, why, leg, from }) => ({
    ...{ trial, family: candidate.family, why, ...(leg && { leg }), ...(from && { from }) },
  }));
  return { seq, at, type: 'asked', proposals, ...(continues && { continues }), ...(search && { search }) };
}

/** Entries of one slice. */
const SLICE = 500;

/** What the log says of one student, in order: others that were asked for with it are left out. */
export async function stepsOf(
  store: Pick<ReadableStore, 'events'>,
  runId: string,
  number: number,
): Promise<readonly LogEntryView[]> {
  const steps: LogEntryView[] = [];
  for (let offset = 0; ; offset += SLICE) {
    const slice = store.events(runId, { offset, limit: SLICE });
    steps.push(...slice.filter(({ event }) => speaksOf(event, number)).map((one) => of(entryOf(one), number)));
    if (slice.length < SLICE) return steps;
    await yieldToEvents();
  }
}

function speaksOf(event: StoredEvent['event'], number: number): boolean {
  if (event.type !== 'asked') return toldOf(event) === number;
  return [...event.proposals, ...(event.continues ?? [])].some(({ trial }) => trial === number);
}

function of(entry: LogEntryView, number: number): LogEntryView {
  if (entry.type !== 'asked') return entry;
  const { seq, at, type, proposals, continues = [] } = entry;
  const own = continues.filter(({ trial }) => trial === number);
  return {
    ...{ seq, at, type, proposals: proposals.filter(({ trial }) => trial === number) },
    ...(own.length > 0 && { continues: own }),
  };
}
