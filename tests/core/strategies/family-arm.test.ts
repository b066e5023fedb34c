import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/records/events.ts';
import type { Why } from '../../../src/core/records/proposal.ts';
import type { Metrics, Problem } from '../../../src/core/objective.ts';
import type { Candidate, Configuration, Family } from '../../../src/core/space/space.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import type { StrategyOptions } from '../../../src/core/strategies/strategy.ts';
import { FAMILY_ARM, TRADE } from '../../../src/core/strategies/trade/constants.ts';

const LEVELS = [1, 2, 3, 4, 5];
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
/** Quality of a member of the late family, in [0, 1]: a bell around one corner, poor nearly
 * everywhere. */
const bell = (config: Configuration): number =>
  Math.exp(-'abcd'.split('').reduce((sum, name) => sum + ((Number(config[name]) - 4.6) / 4 / 0.5) ** 2, 0));

/** Accuracy of the late family's best. */
const TOP = 0.5 + 0.45 * bell({ a: 5, b: 5, c: 5, d: 5 });

const ordinal = (name: string, levels: readonly number[]) => {
  return { name, title: name, role: 'other', type: 'ordinal', levels } as const;
};

/** Soon exhausted: accuracy saturates in the parameters. */
const even = (name: string, offset: number): Family => ({
  ...{ name, title: name, dimensions: [ordinal('width', WIDTHS), ordinal('depth', [1, 2, 3, 4, 5, 6])] },
  reference: { width: 6, depth: 3 },
  costs: ({ width, depth }) => ({ params: 250 * Number(width) * Number(depth) + offset }),
});

/** Its reference is its worst member. */
const late: Family = {
  ...{ name: 'late', title: 'Late', dimensions: 'abcd'.split('').map((name) => ordinal(name, LEVELS)) },
  reference: { a: 1, b: 1, c: 1, d: 1 },
  costs: ({ a, b }) => ({ params: 2_000 + 500 * Number(a) + 300 * Number(b) }),
};

const problem = (changes: Partial<Problem> = {}): Problem => ({
  space: { families: [even('even', 0), even('other', 350), late] },
  objectives: [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: 'params', goal: 'minimize', known: true },
  ],
  limits: [],
  reference: { accuracy: 0.7, params: 20_000 },
  budget: 80,
  ...changes,
});

/** `peak`: what the best of the late family adds to its `least`. */
const train =
  (peak: number, least = 0.5) =>
  ({ family, config }: Candidate): Metrics => {
    if (family === 'late') return { accuracy: least + peak * bell(config) };
    const size = Number(config['width']) * Number(config['depth']);
    return { accuracy: 0.86 - 0.12 * Math.exp(-size / 16) + (family === 'other' ? 0.002 : 0) };
  };

interface Told {
  readonly candidate: Candidate;
  readonly why: Why;
  /** `undefined`: it failed. */
  readonly accuracy: number | undefined;
}

interface Played {
  readonly told: readonly Told[];
  readonly log: readonly RunEvent[];
}

function play(
  answer: (candidate: Candidate) => Metrics | undefined,
  {
    options = {},
    batch = 1,
    seed = 3,
    of = problem(),
  }: { options?: StrategyOptions; batch?: number; seed?: number; of?: Problem } = {},
): Played {
  const player = openStrategy('trade', { problem: of, seed, options });
  const told: Told[] = [];
  const log: RunEvent[] = [];
  const tell = (event: RunEvent): void => {
    player.fold(event);
    log.push(event);
  };
  for (;;) {
    const asked = player.ask(batch);
    if (asked.proposals.length === 0) return { told, log };
    tell(asked);
    for (const { trial, candidate, why } of asked.proposals) {
      const metrics = answer(candidate);
      tell(metrics ? { type: 'told', trial, metrics } : { type: 'failed', trial, reason: 'diverged' });
      told.push({ candidate, why, accuracy: metrics?.['accuracy'] });
    }
  }
}

const ofArm = ({ told }: Played): readonly Told[] => told.filter(({ why }) => why.source === FAMILY_ARM);
const best = ({ told }: Played): number => Math.max(...told.map(({ accuracy = -1 }) => accuracy));

describe("a starved family's own arm", () => {
  it('finds the best student where a family is poor nearly everywhere, which is missed without it', () => {
    const seeds = [1, 2, 3, 4];
    const without = seeds.map((seed) => best(play(train(0.45), { seed, options: { familyArm: false } })));
    const found = seeds.map((seed) => best(play(train(0.45), { seed })));
    expect(found).toEqual(seeds.map(() => TOP));
    expect(without.filter((value) => value === TOP).length).toBeLessThan(seeds.length);
  });

  it('waits until all else promises next to nothing, and says what it goes by', () => {
    const { told } = play(train(0.45));
    const first = told.findIndex(({ why }) => why.source === FAMILY_ARM);
    const before = told.slice(0, first).filter(({ why }) => why.source === 'global' || why.source === 'region');
    // The box between reference and a perfect student holds all hypervolume there can be.
    const box = (1 - 0.7) * 20_000;
    expect(before.length).toBeGreaterThan(0);
    expect(before.some(({ why }) => (why.expectedGain ?? 0) > TRADE.familyArmBelow * box)).toBe(true);
    const own = told[first];
    expect(own?.candidate.family).toBe('late');
    // Its own process expects a student near its own best, far from what the others reach.
    expect(own?.why.predicted?.mean).toBeLessThan(0.7);
    expect(own?.why.region).toBeUndefined();
  });

  it('gives a family up that does not climb', () => {
    const hopeless = play(train(0.0001));
    expect(ofArm(hopeless).length).toBe(TRADE.climbPatience * late.dimensions.length);
  });

  it('goes to a family that was hardly tried, however near to the front, and to none upon it', () => {
    const near = play(train(0.0001, 0.79));
    expect(ofArm(near).length).toBeGreaterThan(0);
    expect(ofArm(near).every(({ candidate }) => candidate.family === 'late')).toBe(true);
    const { told } = play(train(0.0001, 0.95));
    expect(told.some(({ why }) => why.source === FAMILY_ARM)).toBe(true);
    for (const { candidate, why } of told) if (why.source === FAMILY_ARM) expect(candidate.family).not.toBe('late');
  });

  it('never has more than a tenth of the budget, however well it climbs', () => {
    // Every step is better than the one before.
    let height = 0;
    const climbing = play((candidate) =>
      candidate.family === 'late' ? { accuracy: 0.2 + (height += 0.01) } : train(0)(candidate),
    );
    expect(ofArm(climbing)).toHaveLength(8);
  });

  it('takes steps that fail for steps in vain', () => {
    let trained = 0;
    const failing = play((candidate) =>
      candidate.family === 'late' && ++trained > 2 ? undefined : train(0.45)(candidate),
    );
    expect(ofArm(failing).length).toBeLessThanOrEqual(TRADE.climbPatience * late.dimensions.length);
    expect(failing.told).toHaveLength(80);
  });

  it('keeps to the limits and to what may gain, and repeats nothing in a batch', () => {
    const limited = play(train(0.45), {
      batch: 4,
      of: problem({ limits: [{ metric: 'params', max: 5_500 }], reference: { accuracy: 0.7, params: 5_000 } }),
    });
    const costs = ofArm(limited).map(({ candidate: { config } }) => late.costs(config)['params'] ?? NaN);
    expect(costs.length).toBeGreaterThan(0);
    expect(Math.max(...costs)).toBeLessThan(5_000);
    const names = limited.told.map(({ candidate }) => JSON.stringify(candidate));
    expect(new Set(names).size).toBe(names.length);
  });

  it('goes on alike from the log', () => {
    const { log, told } = play(train(0.45));
    const cut = log.findIndex((event) => event.type === 'asked' && event.proposals[0]?.why.source === FAMILY_ARM) + 4;
    const resumed = openStrategy('trade', { problem: problem(), seed: 3, options: {} });
    for (const event of log.slice(0, cut)) resumed.fold(event);
    const next = resumed.ask(1).proposals[0];
    expect(next).toEqual(log.slice(cut).find((event) => event.type === 'asked')?.proposals[0]);
    expect(told.length).toBe(80);
  });

  it('climbs by the reward where the search goes by one', () => {
    const rewarded = play(train(0.75, 0.3), {
      of: problem({
        objectives: [{ metric: 'reward', goal: 'maximize', known: false }],
        reference: {},
        reward: { cost: 'params', target: 4_000, under: -0.07, over: -0.07 },
      }),
    });
    expect(ofArm(rewarded).length).toBeGreaterThan(0);
    expect(best(rewarded)).toBe(0.3 + 0.75 * bell({ a: 5, b: 5, c: 5, d: 5 }));
  });
});
