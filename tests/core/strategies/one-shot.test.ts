/** Strategies of one-shot search on the family of cells: what is asked for, and which students come
 * of what a network has learned. */
import { describe, expect, test } from 'vitest';
import { studentSpace } from '../../../src/core/arch/families/registry.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { Proposal, RunEvent, Search } from '../../../src/core/records/events.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { checkOptionValues, openStrategy, playsTables, strategyInfo } from '../../../src/core/strategies/registry.ts';
import type { OpenStrategy } from '../../../src/core/strategies/registry.ts';
import { codesByStrength, drawCode } from '../../../src/core/strategies/one-shot/students.ts';
import type { StrategyOptions } from '../../../src/core/strategies/strategy.ts';

const TASK = { inputShape: [28, 28, 1], classes: 10 };
const CELLS = studentSpace(['cells'], TASK);
const OPS = ['none', 'skip', 'pool3x3', 'conv3x3'];

const problemOf = (changes: Partial<Problem> = {}): Problem => ({
  space: CELLS,
  objectives: [{ metric: 'accuracy', goal: 'maximize', known: false }],
  ...{ limits: [], reference: { accuracy: 0 }, budget: 20 },
  ...changes,
});

interface Opened {
  readonly strategy: OpenStrategy;
  readonly search: Search | undefined;
  readonly next: (count?: number) => readonly Proposal[];
}

function open(id: string, changes: Partial<Problem> = {}, options: StrategyOptions = { references: false }): Opened {
  const strategy = openStrategy(id, { problem: problemOf(changes), seed: 3, options });
  const asked = strategy.ask(1);
  strategy.fold(asked);
  const next = (count = 1): readonly Proposal[] => {
    const event = strategy.ask(count);
    strategy.fold(event);
    return event.proposals;
  };
  return { strategy, search: asked.search, next };
}

const searched = (mixing: readonly number[]): RunEvent => ({ type: 'searched', search: 0, mixing, cpuSeconds: 1 });

/** Alpha by the op that is to count most on each edge: `size`, the others 0. */
const towards = (ops: readonly string[], size = 5): readonly number[] =>
  ops.flatMap((op) => OPS.map((one) => (one === op ? size : 0)));

const opsOf = ({ candidate }: Proposal): readonly unknown[] => Object.values(candidate.config);

const RESIDUAL = ['conv3x3', 'none', 'conv3x3', 'skip', 'none', 'skip'];
const ALL_SKIP = OPS.map(() => 'skip').concat('skip', 'skip');

describe('a one-shot strategy', () => {
  test('asks for its search first, with its options, its limits and nothing else', () => {
    const limits = [
      { metric: 'params', max: 90_000 },
      { metric: 'latencyMs', max: 1 },
      { metric: 'params', max: 80_000 },
    ];
    const { search, next } = open('dr-nas', { limits }, { searchEpochs: 7, keep: 2 });
    expect(search).toEqual({
      ...{ search: 0, family: 'cells', method: 'dr-nas', epochs: 7, seed: expect.any(Number) },
      options: {
        ...{ learningRate: 3e-3, regularisation: 1e-3, warmup: 0.2 },
        ...{ stages: 2, firstPart: 4, secondPart: 2, keep: 2 },
      },
      limits: { params: 80_000 },
    });
    // Meanwhile the reference students, for who has a free slot; then it waits.
    expect(next(3).map(({ why }) => why.source)).toEqual(['reference']);
    expect(next(3)).toEqual([]);
  });

  test('searches in the first family that has a supernet', () => {
    const space = studentSpace(['resnet', 'cells', 'vit'], TASK);
    expect(open('darts', { space }).search?.family).toBe('cells');
    const none = (): unknown => open('darts', { space: studentSpace(['resnet'], TASK) });
    expect(none).toThrow('families: DARTS trains all students of a family in one network');
  });

  test('is refused where no student of such a family is within the limits', () => {
    const space = studentSpace(['resnet', 'cells'], TASK);
    // Of cells the smallest has 18,594.
    const tooLow = (): unknown => open('rc-darts', { space, limits: [{ metric: 'params', max: 18_000 }] });
    expect(tooLow).toThrow('limits: no family that RC-DARTS can search has a student within the limits');
  });

  test('searches for nothing that its budget could not train', () => {
    const { search, next } = open('darts', { budget: 1 }, {});
    expect(search).toBeUndefined();
    expect(open('darts', { budget: 2 }, {}).search).toBeDefined();
    expect(next()).toHaveLength(0);
  });

  test('trains the student that the network leads to, as the member that it is', () => {
    const { strategy, next } = open('darts');
    strategy.fold(searched(towards(RESIDUAL)));
    const [first, second] = next(2);
    expect(first?.why).toEqual({ source: 'derived' });
    expect(first?.candidate.config).toEqual(CELLS.families[0]?.representative?.(configOf(RESIDUAL)));
    expect(second?.why).toEqual({ source: 'sampled' });
  });

  // One whose output nothing reaches is no student, and would end the search with nothing.
  test('takes the strongest paths that give something where those that count most do not', () => {
    const { strategy, next } = open('darts');
    const mixing = towards(OPS.map(() => 'none').concat('none', 'none'));
    // From input to output a convolution is second.
    const second = 3 * OPS.length + OPS.indexOf('conv3x3');
    strategy.fold(searched(mixing.with(second, 4.9)));
    const [derived] = next();
    expect(derived && opsOf(derived)).toEqual(['none', 'none', 'none', 'conv3x3', 'none', 'none']);
    expect(derived?.why).toEqual({
      source: 'derived',
      fallback: 'the student that the network leads to gives nothing, and this one has the strongest other paths',
    });
  });

  test('takes the strongest paths within the limits where those that count most are not', () => {
    const family = CELLS.families[0];
    const heavy = OPS.map(() => 'conv3x3').concat('conv3x3', 'conv3x3');
    const max = (family?.costs(configOf(heavy))['macs'] ?? 0) - 1;
    const { strategy, next } = open('darts', { limits: [{ metric: 'macs', max }] });
    // Of the fifth edge a pool is nearly as strong.
    strategy.fold(searched(towards(heavy).with(4 * OPS.length + OPS.indexOf('pool3x3'), 4.5)));
    const [derived] = next();
    expect(derived && opsOf(derived)).toEqual(heavy.with(4, 'pool3x3'));
    expect(derived?.why.fallback).toMatch(/is over a limit/);
  });

  test('keeps to its limits by itself where the method knows them', () => {
    const family = CELLS.families[0];
    const heavy = OPS.map(() => 'conv3x3').concat('conv3x3', 'conv3x3');
    const max = (family?.costs(configOf(heavy))['macs'] ?? 0) - 1;
    const { strategy, next } = open('rc-darts', { limits: [{ metric: 'macs', max }] });
    strategy.fold(searched(towards(heavy).with(5 * OPS.length + OPS.indexOf('skip'), 1)));
    const [derived] = next();
    expect(derived?.why).toEqual({ source: 'derived' });
    expect(derived && opsOf(derived).filter((op) => op === 'conv3x3')).toHaveLength(5);
  });

  test('draws others by the shares of their paths, each student once', () => {
    const { strategy, next } = open('darts', { budget: 60 });
    const mixing = towards(RESIDUAL, 3);
    strategy.fold(searched(mixing));
    const drawn = next(60);
    expect(new Set(drawn.map(({ candidate }) => candidateKey(candidate))).size).toBe(60);
    expect(new Set(drawn.slice(1).map(({ why }) => why.source))).toEqual(new Set(['sampled']));
    // A path of share .87 is taken by more students than all its rivals together.
    const firsts = drawn.slice(0, 20).map((proposal) => opsOf(proposal)[0]);
    expect(firsts.filter((op) => op === 'conv3x3').length).toBeGreaterThan(10);
  });

  test('draws by chance, and says so, where the shares give nothing new any more', () => {
    const { strategy, next } = open('darts', { budget: 12 });
    strategy.fold(searched(towards(RESIDUAL, 500)));
    const drawn = next(12);
    expect(drawn).toHaveLength(12);
    expect(drawn.slice(1).map(({ why }) => why)).toEqual(
      Array(11).fill({
        source: 'random',
        fallback: 'no student that the shares of the paths give is new and within the limits',
      }),
    );
  });

  test.each([
    ['failed', []],
    ['is of other paths', [1, 2, 3]],
    ['is no number', towards(RESIDUAL).with(7, NaN)],
  ])('goes on by chance where a search %s', (_, mixing) => {
    const { strategy, next } = open('na-darts');
    strategy.fold(searched(mixing));
    const drawn = next(5);
    expect(drawn).toHaveLength(5);
    for (const { why } of drawn) {
      expect(why).toEqual({ source: 'random', fallback: 'the search of the network came to nothing' });
    }
  });

  // What a stage has dropped keeps the alpha that it had, which may be larger than any other.
  test('takes no path that the last epoch had out of play', () => {
    const { strategy, next } = open('dr-nas', { budget: 40 });
    const shares = towards(ALL_SKIP, 1).map((mark) => (mark === 1 ? 0 : 1 / 3));
    strategy.fold({ type: 'mixed', search: 0, epoch: 1, shares: shares.map(() => 0.25), loss: 1 });
    strategy.fold({ type: 'mixed', search: 0, epoch: 2, shares, loss: 1 });
    strategy.fold(searched(towards(ALL_SKIP, 0).map((_, path) => (OPS[path % 4] === 'skip' ? 9 : path % 4))));
    const [derived] = next();
    expect(derived && opsOf(derived)).toEqual(OPS.map(() => 'conv3x3').concat('conv3x3', 'conv3x3'));
  });

  // A log may come with a stranger's archive.
  test.each([
    ['of an edge without any', towards(RESIDUAL, 1).with(OPS.indexOf('conv3x3'), 0)],
    ['of other paths', [1, 0]],
    ['that are no numbers', towards(RESIDUAL).map(() => NaN)],
  ])('takes no account of shares %s', (_, shares) => {
    const { strategy, next } = open('darts', { budget: 40 });
    strategy.fold({ type: 'mixed', search: 0, epoch: 1, shares, loss: 1 });
    strategy.fold(searched(towards(ALL_SKIP)));
    const drawn = next(20);
    expect(drawn).toHaveLength(20);
    expect(drawn[0]?.candidate.config).toEqual(CELLS.families[0]?.representative?.(configOf(ALL_SKIP)));
  });

  test('refuses values that an option cannot have before anything is written', () => {
    const check = (id: string, options: StrategyOptions) => () => checkOptionValues(id, { options });
    expect(check('dr-nas', { stages: 3 })).toThrow(
      'strategy.options.stages: "3" cannot be: choose a whole number from 1 to 2.',
    );
    expect(check('darts', { order: 1.5 })).toThrow(/options.order.*from 1 to 2/);
    for (const searchEpochs of [0, -1, 2.5, NaN, 1e9]) {
      expect(check('idarts', { searchEpochs })).toThrow(/searchEpochs: .* a whole number from 1 to 100,000/);
    }
    expect(check('rc-darts', { projection: 0 })).not.toThrow();
  });

  test('plays no table: that has no network', () => {
    expect(playsTables(strategyInfo('shared-random'))).toBe(false);
  });
});

function configOf(ops: readonly string[]): Record<string, string> {
  const names = CELLS.families[0]?.dimensions.map(({ name }) => name) ?? [];
  return Object.fromEntries(names.map((name, edge) => [name, ops[edge] ?? '']));
}

describe('codes by their strength', () => {
  const levels = [3, 2, 4];
  const alpha = Float64Array.from([0.3, -1, 2, 0.5, 0.4, -0.2, 0.1, 1, 1.5]);
  const all = Array.from(alpha, () => true);
  const strength = (code: readonly number[]): number =>
    code.reduce((sum, level, edge) => sum + Math.round(100 * (alpha[level + (edge > 0 ? 2 * edge + 1 : 0)] ?? NaN)), 0);

  // A successor reached by two ways comes twice, one reached by none never.
  test('come all, each once, the strongest first', () => {
    const codes = [...codesByStrength({ levels, kept: all }, alpha)];
    expect(new Set(codes.map(String)).size).toBe(24);
    expect(codes).toHaveLength(24);
    const strengths = codes.map(strength);
    expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
    expect(codes[0]).toEqual([2, 0, 3]);
  });

  test('have paths in play alone', () => {
    const kept = all.with(2, false).with(3, false);
    const codes = [...codesByStrength({ levels, kept }, alpha)];
    expect(codes).toHaveLength(8);
    expect(codes.every(([first, second]) => first !== 2 && second === 1)).toBe(true);
  });

  test('are drawn as often as their paths count', () => {
    const shares = Float64Array.from([0.2, 0.8, 0, 1, 0, 0.25, 0.25, 0.25, 0.25]);
    const rng = createRng(1);
    const drawn = Array.from({ length: 4000 }, () => drawCode(levels, shares, rng));
    expect(drawn.filter(([first]) => first === 1).length / 4000).toBeCloseTo(0.8, 1);
    expect(drawn.every(([first, second]) => first !== 2 && second === 0)).toBe(true);
    expect(new Set(drawn.map(([, , third]) => third)).size).toBe(4);
  });
});
