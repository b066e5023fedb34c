/** Told trials at given places in objective space, for what ranks or splits them. */
import type { RunEvent } from '../../../src/core/records/events.ts';
import type { Metrics, Problem } from '../../../src/core/objective.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { EMPTY_LEDGER, record } from '../../../src/core/strategies/ledger.ts';
import type { Ledger } from '../../../src/core/strategies/ledger.ts';
import { createProblem } from '../../contract/strategy-problems.ts';

/** A cost, with what is told of the trial (an accuracy or all metrics), `failed` or still
 * `running`. */
export type Place = readonly [cost: number, told: number | Metrics | 'failed' | 'running'];

/** Trial i is the candidate with the cost of place i. */
export function tellPlaces(
  places: readonly Place[],
  changes: Partial<Problem> = {},
): { readonly problem: Problem; readonly ledger: Ledger } {
  const ids = places.map((_, i) => `p${i}`);
  const problem = createProblem(
    [
      {
        name: 'points',
        title: 'Points',
        dimensions: [{ name: 'id', title: 'Id', role: 'other', type: 'categorical', levels: ids }],
        costs: ({ id }) => ({ params: places[ids.indexOf(String(id))]?.[0] ?? NaN }),
      },
    ],
    { budget: 100, ...changes },
  );
  const catalogue = createCatalogue(problem, 1);
  const proposals = ids.map((id, trial) => {
    return { trial, candidate: { family: 'points', config: { id } }, seed: trial, why: { source: 'random' } };
  });
  const events: readonly RunEvent[] = [
    { type: 'asked', proposals, position: proposals.length },
    ...places.flatMap(([, told], trial): readonly RunEvent[] => {
      if (told === 'running') return [];
      if (told === 'failed') return [{ type: 'failed', trial, reason: 'it crashed' }];
      return [{ type: 'told', trial, metrics: typeof told === 'number' ? { accuracy: told } : told }];
    }),
  ];
  return { problem, ledger: events.reduce((ledger, event) => record(ledger, event, catalogue), EMPTY_LEDGER) };
}
