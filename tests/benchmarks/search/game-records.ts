/** Records of games that nobody played, for tests. */
import type { MatchRecord } from '../../../benchmarks/search/records.ts';

export function gameRecord(record: Partial<MatchRecord>): MatchRecord {
  return {
    task: 'levy-20',
    strategy: 'turbo',
    seed: 1,
    budget: 3,
    batch: 1,
    version: 'botorch 0.18.1',
    player: 'p1',
    game: 'g1',
    clock: 'cpu',
    curve: [3, 2, 1],
    askMs: [1, 2, 3],
    origin: { machine: 'AMD EPYC, 2 cores, Linux x86_64', date: '2026-11-25' },
    ...record,
  };
}
