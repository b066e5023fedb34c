/** Cells as numbers and as choices, and who chooses them. */
import { describe, expect, it } from 'vitest';
import { startAgent, testing } from '../../../src/core/generator/agents.ts';
import type { GeneratorAgent } from '../../../src/core/generator/agents.ts';
import { actionOf, actionsOf, cellOf, cellsIn, configOf, generatorFamily } from '../../../src/core/generator/cells.ts';
import { AGENTS, bestOf } from '../../../src/core/generator/row.ts';
import type { AgentName, GeneratorRow } from '../../../src/core/generator/row.ts';

describe('cells', () => {
  it('are 36, 72 and 144, each action one of them', () => {
    [36, 72, 144].forEach((count, cell) => {
      expect(actionsOf(cell)).toBe(count);
      const all = Array.from({ length: count }, (_, action) => cellOf(cell, action));
      expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(count);
      expect(all.map(actionOf)).toEqual(all.map((_, action) => action));
    });
    expect(() => cellOf(0, 36)).toThrow(RangeError);
  });

  it('are the members of a family, a dimension a choice', () => {
    const family = generatorFamily(3);
    expect(family.dimensions.reduce((product, { levels }) => product * levels.length, 1)).toBe(36 * 72 * 144);
    const actions = [35, 41, 143];
    const config = configOf(actions);
    expect(Object.keys(config).sort()).toEqual(family.dimensions.map(({ name }) => name).sort());
    for (const { name, levels } of family.dimensions) expect(levels).toContain(config[name]);
    expect(cellsIn(3, config).map(actionOf)).toEqual(actions);
  });
});

const COURSE = { episodes: 20, cells: 2, seed: 4 };

/** The reward is how many choices of the cell are its first. */
function answered(position: number, action: number): GeneratorRow {
  const cell = position % 2;
  const { order, norm, upsampling, shortcut } = cellOf(cell, action);
  const reward =
    Number(order === 'pre') + Number(norm === 'none') + Number(upsampling === 'bilinear') + Number(!shortcut);
  return {
    episode: Math.floor(position / 2),
    cell,
    action,
    score: 1 + reward,
    distance: 20 - reward,
    reward,
  };
}

function play(agent: AgentName, cells: number, seed = COURSE.seed, known: readonly GeneratorRow[] = []) {
  let player: GeneratorAgent = startAgent({ ...COURSE, agent, seed });
  for (const row of known) player = player.fold(row);
  const rows = [...known];
  while (rows.length < cells) {
    const row = answered(rows.length, player.choose());
    rows.push(row);
    player = player.fold(row);
  }
  return rows;
}

describe.each(AGENTS)('the agent %s', (agent) => {
  it('chooses cells that there are, the same where it goes on from rows', () => {
    const rows = play(agent, 10);
    rows.forEach(({ cell, action }) => expect(action).toBeLessThan(actionsOf(cell)));
    for (const cut of [1, 9]) expect(play(agent, 10, COURSE.seed, rows.slice(0, cut))).toEqual(rows);
    expect(play(agent, 4, 5)).not.toEqual(rows.slice(0, 4));
  });
});

describe('soft actor-critic', () => {
  const mean = (rows: readonly GeneratorRow[]): number =>
    rows.reduce((sum, { reward }) => sum + reward / rows.length, 0);

  it('takes better cells in its last episodes than chance does', () => {
    const [own, chance] = [play('sac', 40, 1), play('random', 40, 1)];
    expect(mean(own.slice(28))).toBeGreaterThan(mean(chance) + 0.5);
  }, 180_000);

  it('sees which cell it is and how those before are: the same cells, the same stage', () => {
    const stages = testing.createStages(3);
    // Three cells, then 2 + 3 + 3 + 2 levels of the first and two more of the second.
    const first = stages([]);
    expect([...first.state]).toEqual([1, 0, 0, ...Array<number>(22).fill(0)]);
    expect(first.parts).toEqual([2, 3, 3, 2]);
    const cell = actionOf({ order: 'post', norm: 'instance', upsampling: 'bilinear', shortcut: true, skips: [] });
    const second = stages([cell]);
    expect([...second.state]).toEqual([0, 1, 0, ...[0, 1, 0, 0, 1, 1, 0, 0, 0, 1], ...Array<number>(12).fill(0)]);
    expect(second.parts).toEqual([2, 3, 3, 2, 2]);
    expect(stages([cell])).toBe(second);
    expect(stages([0])).not.toBe(second);
    expect(stages([cell, 71]).parts).toEqual([2, 3, 3, 2, 2, 2]);
  });

  it('is paid at the end for all cells of a generator, less the mean and by the deviation', () => {
    const rows = play('random', 6).map((row, index) => ({ ...row, reward: [1, 2, 0, 1, 5, 3][index]! }));
    const stages = testing.createStages(2);
    const moves = testing.movesOf(2, rows, stages);
    // Sums of 3, 1 and 8: mean 4, squares 1, 9, 16.
    const deviation = Math.sqrt(26 / 3);
    expect(moves.map(({ reward }) => reward)).toEqual([0, -1 / deviation, 0, -3 / deviation, 0, 4 / deviation]);
    moves.forEach(({ from, to }, index) => {
      const own = rows.filter(({ episode }) => episode === Math.floor(index / 2)).map(({ action }) => action);
      expect(from).toBe(stages(own.slice(0, index % 2)));
      expect(to).toBe(index % 2 === 0 ? stages(own.slice(0, 1)) : undefined);
    });
    const alike = testing.movesOf(2, rows.slice(0, 2), stages);
    expect(alike.map(({ reward }) => reward)).toEqual([0, 0]);
  });
});

describe('the best generator', () => {
  it('is a finished one with the least distance, the earliest of equals', () => {
    const row = (episode: number, cell: number, distance: number): GeneratorRow => {
      return { ...answered(cell, 0), episode, cell, distance };
    };
    const rows = [row(0, 0, 1), row(0, 1, 5), row(1, 0, 2), row(1, 1, 4), row(2, 0, 9), row(2, 1, 4), row(3, 0, 0)];
    expect(bestOf(rows, 2)?.episode).toBe(1);
    expect(bestOf(rows.slice(0, 1), 2)).toBeUndefined();
  });
});
