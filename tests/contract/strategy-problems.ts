/** Problems for the strategies' contract: small spaces with every feature that a space can have. */
import { graphBuilder } from '../../src/core/arch/graph-builder.ts';
import type { Metrics, Problem } from '../../src/core/objective.ts';
import type { Candidate, Family, Space } from '../../src/core/space/space.ts';

const plain: Family = {
  name: 'plain',
  title: 'Plain',
  dimensions: [
    { name: 'width', title: 'Width', role: 'width', type: 'ordinal', levels: [4, 8, 16, 32, 64] },
    { name: 'depth', title: 'Depth', role: 'depth', type: 'ordinal', levels: [1, 2, 3, 4] },
    { name: 'act', title: 'Activation', role: 'other', type: 'categorical', levels: ['relu', 'gelu', 'tanh'] },
  ],
  reference: { width: 16, depth: 2, act: 'relu' },
  isLegal: ({ width, depth }) => !(width === 64 && depth === 4),
  costs: ({ width, depth }) => ({
    params: Number(width) ** 2 * Number(depth),
    macs: Number(width) ** 2 * Number(depth) * 49,
  }),
};

const gated: Family = {
  name: 'gated',
  title: 'Gated',
  dimensions: [
    { name: 'width', title: 'Width', role: 'width', type: 'ordinal', levels: [8, 16, 24] },
    { name: 'se', title: 'Attention', role: 'attention', type: 'categorical', levels: [false, true] },
    {
      name: 'ratio',
      title: 'Ratio',
      role: 'expansion',
      type: 'ordinal',
      levels: [2, 4, 8],
      activeWhen: { dimension: 'se', levels: [true] },
    },
  ],
  costs: ({ width, se, ratio }) => {
    const params = 3 * Number(width) ** 2 + (se === true ? Number(width) ** 2 / Number(ratio) : 0);
    return { params, macs: params * 60 };
  },
};

const pooled: Family = {
  name: 'pooled',
  title: 'Pooled',
  dimensions: [{ name: 'code', title: 'Code', role: 'other', type: 'categorical', levels: ['a', 'b', 'c', 'd'] }],
  pool: [{ code: 'a' }, { code: 'c' }, { code: 'd' }],
  costs: ({ code }) => ({ params: 100 * 3 ** 'abcd'.indexOf(String(code)), macs: 5000 }),
};

/** A gate behind a gate, and a dimension with nothing to choose. */
const nested: Family = {
  name: 'nested',
  title: 'Nested',
  dimensions: [
    { name: 'stages', title: 'Stages', role: 'depth', type: 'ordinal', levels: [1, 2, 3] },
    { name: 'width', title: 'Width', role: 'width', type: 'ordinal', levels: [8, 16] },
    {
      ...{ name: 'second', title: 'Second', role: 'other', type: 'categorical', levels: ['conv', 'mix'] },
      activeWhen: { dimension: 'stages', levels: [2, 3] },
    },
    {
      ...{ name: 'tokens', title: 'Tokens', role: 'expansion', type: 'ordinal', levels: [2, 4, 8] },
      activeWhen: { dimension: 'second', levels: ['mix'] },
    },
    { name: 'norm', title: 'Norm', role: 'other', type: 'categorical', levels: ['batch'] },
  ],
  reference: { stages: 2, width: 8, second: 'mix', tokens: 4, norm: 'batch' },
  costs: ({ stages, width, tokens = 1 }) => {
    const params = Number(width) ** 2 * Number(stages) * (1 + Number(tokens) / 8);
    return { params, macs: params * 50 };
  },
};

/** Nothing to choose at all: the family is its one student. */
const fixed: Family = { name: 'fixed', title: 'Fixed', dimensions: [], costs: () => ({ params: 500, macs: 25_000 }) };

/** 21^12 candidates: too many to list. */
const vast: Family = {
  name: 'vast',
  title: 'Vast',
  dimensions: Array.from({ length: 12 }, (_, i) => ({
    name: `x${i}`,
    title: `x${i}`,
    role: 'other' as const,
    type: 'ordinal' as const,
    levels: Array.from({ length: 21 }, (_, level) => level),
  })),
  reference: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, 3])),
  costs: (config) => ({
    params: 10 + Object.values(config).reduce<number>((sum, level) => sum + Number(level), 0),
    macs: 1,
  }),
};

const accuracyAgainst = (...known: readonly string[]): Problem['objectives'] => [
  { metric: 'accuracy', goal: 'maximize', known: false },
  ...known.map((metric) => ({ metric, goal: 'minimize' as const, known: true })),
];

/** Nobody trains it here: what counts is which dimensions are edges. */
function withSupernet(family: Family): Family {
  const edges = family.dimensions.flatMap(({ name, type, levels, activeWhen }) =>
    type === 'categorical' && activeWhen === undefined
      ? [{ id: name, dimension: name, paths: levels.map(() => []) }]
      : [],
  );
  const g = graphBuilder(family.name, [1, 1, 1], 2);
  const graph = g.finish(g.globalAveragePool('pool', g.input));
  return { ...family, supernet: () => ({ graph, edges }) };
}

/** Any dimension can count layers, whether or not it opens others; where there is none, nothing
 * grows. */
const withLayers = (family: Family): Family => ({
  ...family,
  grows: family.grows ?? family.dimensions[0]?.name ?? 'none',
});

export function createProblem(families: readonly Family[], changes: Partial<Problem> = {}): Problem {
  return {
    space: { families: families.map(withSupernet).map(withLayers) },
    objectives: accuracyAgainst('params'),
    limits: [],
    reference: { accuracy: 0.1, params: 20_000, macs: 1_000_000 },
    budget: 24,
    ...changes,
  };
}

export const familiesProblem = (changes: Partial<Problem> = {}): Problem =>
  createProblem([plain, gated, pooled], changes);
export const poolProblem = (changes: Partial<Problem> = {}): Problem => createProblem([pooled], changes);
export const vastProblem = (changes: Partial<Problem> = {}): Problem => createProblem([vast], changes);
/** Gates behind gates alone: 2 + 2 · 2 · (1 + 3) = 18 students. */
export const nestedProblem = (changes: Partial<Problem> = {}): Problem => createProblem([nested], changes);
export const fixedProblem = (changes: Partial<Problem> = {}): Problem => createProblem([fixed], changes);
/** `count` families of 12 students, each with a reference. */
export const manyFamilies = (count: number, changes: Partial<Problem> = {}): Problem =>
  createProblem(
    Array.from({ length: count }, (_, i) => ({ ...gated, name: `f${i}`, reference: { width: 8, se: true, ratio: 4 } })),
    changes,
  );
export const singleObjective = accuracyAgainst();
export const threeObjectives = accuracyAgainst('params', 'macs');

/** Three known costs against accuracy: bytes depend on the family as well as on parameters. */
export const fourObjectivesProblem = (): Problem => {
  const families = [plain, gated, pooled].map((family, i): Family => {
    return { ...family, costs: (config) => withBytes(family.costs(config), i + 1) };
  });
  const reference = { accuracy: 0.1, params: 20_000, macs: 1_000_000, bytes: 60_000 };
  return createProblem(families, { objectives: accuracyAgainst('params', 'macs', 'bytes'), reference });
};

const withBytes = (costs: Metrics, each: number): Metrics => ({ ...costs, bytes: (costs['params'] ?? NaN) * each });

/** A smooth made-up accuracy in [0, 1] with a bonus for one family and one level; minimised
 * problems use 1 − it. */
export function evaluate(space: Space, candidate: Candidate): Metrics {
  const family = space.families.find(({ name }) => name === candidate.family);
  const params = family?.costs(candidate.config)['params'] ?? 1;
  const bonus = candidate.family === 'gated' ? 0.05 : 0;
  const level = candidate.config['act'] === 'gelu' ? 0.03 : candidate.config['code'] === 'c' ? 0.04 : 0;
  return { accuracy: 0.9 - 0.6 / Math.log10(params + 10) ** 2 + bonus + level, loss: 1 };
}

/** A made-up latency that no cost tells alone: one family is twice as slow as its parameters
 * say. */
export function latencyOf(space: Space, candidate: Candidate): number {
  const params = space.families.find(({ name }) => name === candidate.family)?.costs(candidate.config)['params'] ?? 1;
  return (candidate.family === 'gated' ? 2 : 1) * (0.05 + params ** 0.7 / 1000);
}

/** Latency is traded against accuracy, and told with each result. */
export const latencyProblem = (changes: Partial<Problem> = {}): Problem =>
  familiesProblem({
    objectives: [...singleObjective, { metric: 'latencyMs', goal: 'minimize', known: false }],
    reference: { accuracy: 0.1, latencyMs: 2 },
    ...changes,
  });
