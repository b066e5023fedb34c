/** What a search had cost by the time of each result: closed forms. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/records/events.ts';
import type { Leg } from '../../src/core/records/proposal.ts';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import { costsByResult } from '../../src/core/training-costs.ts';

const config = { budget: { epochs: 90 }, recipe: imageRecipe({ epochs: 9 }) };
const why = { source: 'x' };
const candidate = { family: 'f', config: {} };
const asked = (trial: number, leg?: Leg): RunEvent => ({
  ...{ type: 'asked', position: 0 },
  proposals: [{ trial, candidate, seed: 1, why, ...(leg && { leg }) }],
});
const goneOn = (trial: number, leg?: Leg): RunEvent => ({
  ...{ type: 'asked', position: 0, proposals: [] },
  continues: [{ trial, why, ...(leg && { leg }) }],
});
const rested = (trial: number, epoch: number): RunEvent => ({ type: 'rested', trial, epoch, metrics: {} });
const told = (trial: number, metrics: Record<string, number> = { accuracy: 0.8 }): RunEvent => ({
  ...{ type: 'told', trial, metrics },
});
const trial = (number: number, seconds: number, epochsDone: number) => ({ number, seconds, epochsDone });

describe('costs by result', () => {
  it('of whole trainings are their multiples', () => {
    const log = [asked(0), told(0), asked(1), told(1)];
    const costs = costsByResult(config, log, [trial(0, 18, 9), trial(1, 9, 9)]);
    expect(costs).toEqual({ epochs: [9, 18], seconds: [18, 27] });
  });

  // Two rest after 3 of 9; the first goes on. By results alone, the second would have cost nothing.
  it('count legs where they end, with their share of the seconds by epochs', () => {
    const part = { until: 3, schedule: 'part' } as const;
    const log = [asked(0, part), rested(0, 3), asked(1, part), rested(1, 3), goneOn(0), told(0)];
    const costs = costsByResult(config, log, [trial(0, 18, 9), trial(1, 12, 3)]);
    expect(costs).toEqual({ epochs: [3 + 3 + 6], seconds: [6 + 12 + 12] });
  });

  it('count a schedule of its own beside the whole one that starts afresh', () => {
    const own = { until: 3, schedule: 'own' } as const;
    const costs = costsByResult(config, [asked(0, own), rested(0, 3), goneOn(0), told(0)], [trial(0, 24, 9)]);
    expect(costs).toEqual({ epochs: [12], seconds: [24] });
  });

  it('count what failed by what it had trained, and what was ruled out or stopped at rest not again', () => {
    const part = { until: 3, schedule: 'part' } as const;
    const failed = (number: number): RunEvent => ({ type: 'failed', trial: number, reason: 'x' });
    const log = [asked(0), failed(0), asked(1), told(1, { latencyMs: 9 }), asked(2, part), rested(2, 3), failed(2)];
    const trials = [trial(0, 5, 4), trial(1, 0, 0), trial(2, 6, 3), trial(3, 9, 9)];
    expect(costsByResult(config, [...log, asked(3), told(3)], trials)).toEqual({
      epochs: [4 + 0 + 3 + 9],
      seconds: [5 + 0 + 6 + 9],
    });
  });

  it('count the search of a supernet, by the seconds of all processors', () => {
    const search = { search: 0, family: 'f', method: 'darts', options: {}, epochs: 10, seed: 1 };
    const ask: RunEvent = { type: 'asked', position: 0, proposals: [], search };
    const found: RunEvent = { type: 'searched', search: 0, mixing: [], cpuSeconds: 40 };
    const costs = costsByResult(config, [ask, found, asked(0), told(0)], [trial(0, 18, 9)]);
    expect(costs).toEqual({ epochs: [19], seconds: [58] });
  });
});
