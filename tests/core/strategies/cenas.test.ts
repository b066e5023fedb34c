/** A walk that begins as the teacher and grows: whose weights each child has, which moves it makes,
 * and when it goes on to a child. */
import { describe, expect, it } from 'vitest';
import { studentSpace } from '../../../src/core/arch/families/registry.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import type { StrategyOptions } from '../../../src/core/strategies/strategy.ts';

const SOURCE = {
  family: 'resnet',
  config: { width1: 6, blocks1: 1, width2: 12, blocks2: 1, blocks3: 1, width3: 24 },
};
const problem: Problem = {
  space: studentSpace(['resnet', 'vit'], { inputShape: [28, 28, 1], classes: 3 }),
  objectives: [{ metric: 'accuracy', goal: 'maximize', known: false }],
  limits: [],
  reference: { accuracy: 0 },
  budget: 12,
};

/** `accuracyOf`: of the n-th student. */
function played(
  accuracyOf: (trial: number) => number,
  options: StrategyOptions = {},
  slots = 1,
  limits = problem.limits,
) {
  const game = { ...problem, limits };
  const strategy = openStrategy('cenas', { problem: game, seed: 3, options, keepsWeights: true, source: SOURCE });
  const proposals: Proposal[] = [];
  const tell = (event: RunEvent): void => strategy.fold(event);
  for (;;) {
    const event = strategy.ask(slots);
    if (event.proposals.length === 0) return proposals;
    tell(event);
    proposals.push(...event.proposals);
    for (const { trial } of event.proposals) tell({ type: 'told', trial, metrics: { accuracy: accuracyOf(trial) } });
  }
}

const distance = (a: Proposal, b: Proposal): number => {
  const names = new Set([...Object.keys(a.candidate.config), ...Object.keys(b.candidate.config)]);
  // A stage that comes or goes takes its width along.
  if (a.candidate.config['blocks3'] !== b.candidate.config['blocks3']) names.delete('width3');
  return [...names].filter((name) => a.candidate.config[name] !== b.candidate.config[name]).length;
};

describe('CENAS', () => {
  it('begins as the teacher with its weights, and each child is one move from the parent whose weights it has', () => {
    const proposals = played((trial) => trial / 100);
    expect(proposals).toHaveLength(12);
    expect(proposals[0]).toMatchObject({
      candidate: SOURCE,
      why: { source: 'source' },
      from: { parents: ['teacher'] },
    });
    proposals.slice(1).forEach((child, index) => {
      // Each is better than all before it: the walk goes on from the last.
      expect(child.from).toMatchObject({ parents: [index], map: 'expand' });
      expect(distance(child, proposals[index]!)).toBe(1);
    });
    expect(new Set(proposals.map(({ from }) => from?.seed)).size).toBe(12);
  });

  it('stays where it is while children are far worse', () => {
    const proposals = played((trial) => (trial === 0 ? 0.9 : 0.1));
    expect(proposals.slice(1).map(({ from }) => from?.parents)).toEqual(Array(11).fill([0]));
  });

  it('goes on to a child that is a little worse now and then, and less so at the end', () => {
    // exp(-.01 / .02) = .6 of the first are taken; of the last, at a twelfth of the temperature,
    // .2 %.
    const proposals = played((trial) => 0.9 - 0.01 * trial);
    const parents = proposals.slice(1).map(({ from }) => from?.parents[0]);
    expect(parents.some((parent) => parent !== 0)).toBe(true);
    expect(parents.at(-1)).not.toBe(10);
  });

  it('grows from the teacher while nothing is told, and never asks for a student twice', () => {
    const proposals = played(() => 0.5, {}, 4);
    expect(proposals.slice(0, 4).map(({ from }) => from?.parents)).toEqual(Array(4).fill(['teacher']));
    expect(new Set(proposals.map(({ candidate }) => JSON.stringify(candidate))).size).toBe(12);
  });

  it('makes the same moves by random growth, with weights by chance', () => {
    const [grown, random] = [played((trial) => trial), played((trial) => trial, { growth: 'random' })];
    expect(random.map(({ candidate, why, seed }) => [candidate, why, seed])).toEqual(
      grown.map(({ candidate, why, seed }) => [candidate, why, seed]),
    );
    expect(random.every(({ from }) => from === undefined)).toBe(true);
  });

  it('begins beside a teacher that breaks a limit, within it', () => {
    const limits = [{ metric: 'params', max: 8000 }];
    const proposals = played((trial) => trial, {}, 1, limits);
    expect(proposals[0]?.from?.parents).toEqual(['teacher']);
    const resnet = problem.space.families[0]!;
    for (const { candidate } of proposals) expect(resnet.costs(candidate.config)['params']).toBeLessThanOrEqual(8000);
  });

  it('refuses a way to grow that there is none of', () => {
    expect(() => played(() => 1, { growth: 'wild' })).toThrow('choose expand or random');
  });
});
