/** The log of a made-up run: each student proposed when it was made, and told when it ended. */
import type { LogEntryView } from '../../../src/bridge/schemas/log.ts';
import type { FixtureRun } from '../gallery/fixtures.ts';

/** `from`: the first `seq` of the page; without it the last `limit` entries. */
export function fixtureLog({ trials }: FixtureRun, from: number | undefined, limit: number): readonly LogEntryView[] {
  const all = trials.flatMap(
    ({ number: trial, candidate, why, metrics, reason, createdAt, finishedAt = createdAt }, place) => {
      const proposals = [{ trial, family: candidate.family, why }];
      const [asked, ended] = [
        { seq: 2 * place, at: createdAt },
        { seq: 2 * place + 1, at: finishedAt },
      ];
      return [
        { ...asked, type: 'asked', proposals },
        reason === undefined ? { ...ended, type: 'told', trial, metrics } : { ...ended, type: 'failed', trial, reason },
      ] satisfies LogEntryView[];
    },
  );
  const first = from ?? Math.max(0, all.length - limit);
  return all.slice(first, first + limit);
}
