/** The log of a run for people: events as they are stored, without what is large and only a
 * strategy reads. */
import type { LogEntryView } from '../../bridge/schemas/log.ts';
import type { ReadableStore, Slice, StoredEvent } from '../../store/store.ts';

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
