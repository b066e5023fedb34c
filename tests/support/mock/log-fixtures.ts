/** The log of a made-up run: each student proposed when it was made, and told when it ended. */
import type { LogEntryView } from '../../../src/bridge/schemas/log.ts';
import type { CostsView } from '../../../src/bridge/schemas/records.ts';
import { costsByResult } from '../../../src/core/training-costs.ts';
import type { FixtureRun } from '../gallery/fixtures.ts';

/** `from`: the first `seq` of the page; without it the last `limit` entries. `only`: of that
 * student alone. */
export function fixtureLog(
  { trials }: FixtureRun,
  from: number | undefined,
  limit: number,
  only?: number,
): readonly LogEntryView[] {
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
  if (only !== undefined) {
    return all.filter((entry) => (entry.type === 'asked' ? entry.proposals[0]?.trial : entry.trial) === only);
  }
  const first = from ?? Math.max(0, all.length - limit);
  return all.slice(first, first + limit);
}

export function fixtureCosts({ run, trials }: FixtureRun): CostsView {
  const told = trials.filter(({ state }) => state === 'finished');
  const log = told.map(({ number: trial, metrics }) => ({ type: 'told', trial, metrics }) as const);
  const { epochs, seconds } = costsByResult(run.config, log, trials);
  return { epochs: Float32Array.from(epochs), seconds: Float32Array.from(seconds) };
}
