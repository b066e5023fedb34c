/** Does a search end better that begins with what scores say? TRADE on the claim's pools, the score
 * of every student as an earlier task of other data; beside it the logarithm of MACs, which needs
 * no look at all. */
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { openStrategy } from '../../src/core/strategies/registry.ts';
import { createPool, openGame } from '../claim/pool.ts';
import { DIRECTIONS } from '../claim/protocol.ts';
import { chosenShares, wholeVolume } from '../claim/scores.ts';
import { mean } from '../record-table/figures.ts';
import { table } from '../study/markdown.ts';
import { gain } from './gain.ts';
import { BEST } from './task.ts';
import type { Task, TaskStudent } from './task.ts';

const COUNTS = [10, 16, 24, 50];
const EARLIER = [undefined, BEST, 'log MACs'] as const;

export function gameTable(task: Task, seeds: number): string {
  const byKey = new Map(task.students.map((student) => [candidateKey(student.candidate), student]));
  const body = DIRECTIONS.flatMap(({ title, search, score }) => {
    const pool = createPool(task.table, { search, scores: [score], references: 'none' });
    const whole = wholeVolume(pool, score);
    const places = new Map(pool.students.map(({ id }, place) => [id, place]));
    const counts = COUNTS.filter((count) => count <= pool.budget);
    const most = Math.max(...counts);
    const curves = EARLIER.map((earlier) =>
      Array.from({ length: seeds }, (_, index) => {
        const trained = play(openGame(pool, index + 1), index + 1, byKey, earlier, most);
        return chosenShares(
          pool,
          trained.map((key) => places.get(key) ?? NaN),
          score,
          whole,
        );
      }),
    );
    return EARLIER.map((earlier, arm) => {
      const cells = counts.map((count) => {
        const at = (which: number): readonly number[] => curves[which]?.map((curve) => curve[count - 1] ?? NaN) ?? [];
        const own = at(arm);
        return arm === 0 ? mean(own).toFixed(3) : gain(own.map((share, seed) => share - at(0)[seed]!));
      });
      return [title, earlier ?? 'none', ...cells, ...COUNTS.slice(counts.length).map(() => '')];
    });
  });
  return table(['seeds', 'earlier task', ...COUNTS.map(String)], body);
}

/** Keys of the students trained, in order. MACs are known to the search, as those of a run are. */
function play(
  { problem, answer }: ReturnType<typeof openGame>,
  seed: number,
  students: ReadonlyMap<string, TaskStudent>,
  earlier: string | undefined,
  most: number,
): readonly string[] {
  const families = problem.space.families.map((family) => ({
    ...family,
    costs: (config: Parameters<typeof family.costs>[0]) => {
      const { params = NaN, macs = NaN } = students.get(candidateKey({ family: family.name, config })) ?? {};
      return { params, macs };
    },
  }));
  const prior = [...students.values()].flatMap(({ candidate, scores }) =>
    earlier === undefined ? [] : [{ candidate, value: scores[earlier] ?? NaN, source: earlier }],
  );
  const player = openStrategy('trade', {
    ...{ problem: { ...problem, space: { families } }, seed, options: { references: false } },
    ...(prior.length > 0 && { prior, isPriorFromOtherData: true }),
  });
  const trained: string[] = [];
  for (let trial = 0; trial < most; trial++) {
    const event = player.ask(1);
    const [proposal] = event.proposals;
    if (proposal === undefined) break;
    player.fold(event);
    player.fold({ type: 'told', trial, metrics: answer(proposal.candidate, trial, proposal.seed) });
    trained.push(candidateKey(proposal.candidate));
  }
  return trained;
}
