/** The cells of NAS-Bench-201: its counts of networks, and its params and MACs. */
import { describe, expect, test } from 'vitest';
import { cellsFamily, wideCells } from '../../../src/core/arch/families/cells/cells.ts';
import { CELL_EDGES, CELL_OPS, representativeOf, testing } from '../../../src/core/arch/families/cells/code.ts';
import type { CellCode, CellOp } from '../../../src/core/arch/families/cells/code.ts';
import { cellStudent, cellSupernet } from '../../../src/core/arch/families/cells/network.ts';
import { studentFamily } from '../../../src/core/arch/families/registry.ts';
import { scaleOf } from '../../../src/core/arch/families/wide/levels.ts';
import { paramsAndMacs } from '../../../src/core/arch/cost.ts';
import { emptyPaths, pathCosts, pathCounts } from '../../../src/core/arch/supernet.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { enumerateFamily } from '../../../src/core/space/lattice.ts';

const { expressionOf, representatives } = testing;
const COMPACT: readonly CellOp[] = ['none', 'skip', 'pool3x3', 'conv3x3'];
const TASK = { inputShape: [28, 28, 1], classes: 10 };

/** Edge by edge: n none, s skip, p pool, 1 and 3 convolutions. */
const code = (letters: string): CellCode => [...letters].map((letter) => CELL_OPS['nsp13'.indexOf(letter)] ?? 'none');

describe('codes of cells', () => {
  test('are as many networks as the benchmark’s own rule counts', () => {
    // Of 4,096 codes of four ops; of 15,625 codes of five, 6,466 strings of the benchmark's
    // `to_unique_str` are 5,772 once edges that come from nothing are left out.
    expect(representatives(COMPACT).size).toBe(1065);
    expect(representatives(CELL_OPS).size).toBe(5772);
  });

  test.each([
    ['nnn3nn', '3nnnn3', false],
    ['snn3nn', 'nnn3nn', true], // nothing reads node 1
    ['snnn3n', 'nnn3nn', true], // the same convolution by a skipped node
    ['3nnnsn', 'nnn3nn', true],
    ['nnnssn', 'nnnsnn', true], // nothing comes from node 1
    ['nsns3s', 'nsnsns', true],
    ['ssnnss', 'sssnns', true], // twice the input
    ['ssnsss', 'ssssns', false], // three times the input, by a sum of three and by a sum of a sum
  ])('%s and %s are one network: %s', (left, right, same) => {
    expect(expressionOf(code(left)) === expressionOf(code(right))).toBe(same);
  });

  test('are represented by a code of the same network, which represents itself', () => {
    const rng = createRng(3);
    for (let draw = 0; draw < 500; draw += 1) {
      const drawn = CELL_EDGES.map(() => COMPACT[rng.int(COMPACT.length)] ?? 'none');
      const found = representativeOf(COMPACT, drawn);
      if (found === undefined) expect(expressionOf(drawn)).toBeUndefined();
      else {
        expect(expressionOf(found)).toBe(expressionOf(drawn));
        expect(representativeOf(COMPACT, found)).toBe(found);
      }
    }
  });
});

describe('a network of cells', () => {
  const cifar = { inputShape: [32, 32, 3], classes: 10 };
  const benchmark = { width: 16, cells: [5, 5, 5], strides: [1] };

  // Rows 0 to 2 of the benchmark: its own params and FLOPs, which count norms, pools and biases
  // apart: params are the same, MACs of convolutions and the classifier.
  test.each([
    ['p1s1ss', 129_306],
    ['33ps3s', 802_426],
    ['p33ppp', 559_386],
  ])('%s has the params of NAS-Bench-201', (letters, params) => {
    expect(paramsAndMacs(cellStudent(cifar, benchmark, code(letters))).params).toBe(params);
  });

  test('counts as many MACs as its convolutions have', () => {
    const macs = (letters: string): number => paramsAndMacs(cellStudent(cifar, benchmark, code(letters))).macs;
    // A 3x3 convolution on one edge of 15 cells: 5 * 9 * (32^2 16^2 + 16^2 32^2 + 8^2 64^2).
    expect(macs('nnn3nn') - macs('nnnsnn')).toBe(5 * 9 * 3 * 32 * 32 * 16 * 16);
    expect(macs('nnn1nn') - macs('nnnsnn')).toBe(5 * 3 * 32 * 32 * 16 * 16);
  });

  test('builds nothing that its last node does not hang on', () => {
    const family = studentFamily('cells', { inputShape: [28, 28, 1], classes: 10 });
    const ids = cellStudent(TASK, { width: 8, cells: [1, 1, 1], strides: [2] }, code('33nsnn')).layers.map(
      ({ id }) => id,
    );
    expect(ids.filter((id) => id.includes('edge'))).toEqual([]);
    expect(family.build(family.reference).layers.filter(({ id }) => id.includes('conv3x3.norm'))).toHaveLength(6);
  });
});

describe('the family', () => {
  const family = cellsFamily(TASK);

  test('has each network once, and its reference among them', () => {
    const members = [...enumerateFamily({ ...family, costs: () => ({}) })];
    expect(members).toHaveLength(1065);
    expect(members).toContainEqual(family.reference);
  });

  test('has a supernet with a path for each op, the same edge of all stages sharing it', () => {
    const { edges } = cellSupernet(
      TASK,
      { width: 8, cells: [1, 2, 1], strides: [2] },
      CELL_EDGES.map(() => CELL_OPS),
    );
    expect(pathCounts(edges)).toEqual([5, 5, 5, 5, 5, 5]);
    expect(emptyPaths(edges).filter(Boolean)).toHaveLength(6);
    for (const { paths } of edges) expect(paths.map((layers) => layers.length)).toEqual([0, 4, 4, 4, 4]);
  });

  test.each([2, 4])('has a supernet where one channel of %i goes through its ops', (part) => {
    const { graph, edges } = cellSupernet(
      ...([TASK, { width: 8, cells: [1, 1, 1], strides: [2] }, CELL_EDGES.map(() => COMPACT), part] as const),
    );
    const whole = cellSupernet(
      TASK,
      { width: 8, cells: [1, 1, 1], strides: [2] },
      CELL_EDGES.map(() => COMPACT),
    );
    // Convolutions of a stage have so many fewer channels in and out.
    const convolutions = (each: number): number => [8, 16, 32].reduce((sum, c) => sum + 6 * 9 * (c / each) ** 2, 0);
    const norms = (each: number): number => [8, 16, 32].reduce((sum, c) => sum + 6 * (2 + 2) * (c / each), 0);
    expect(paramsAndMacs(whole.graph).params - paramsAndMacs(graph).params).toBe(
      convolutions(1) - convolutions(part) + norms(1) - norms(part),
    );
    expect(pathCounts(edges)).toEqual([4, 4, 4, 4, 4, 4]);
  });

  test('costs the sum of the paths that a student takes, where its last node hangs on all of them', () => {
    const { base, params, macs } = pathCosts(
      family.supernet?.() ?? { graph: family.build(family.reference), edges: [] },
    );
    const taken = code('3333p3');
    const sum = (costs: Float64Array): number =>
      taken.reduce((total, op, edge) => total + (costs[4 * edge + COMPACT.indexOf(op)] ?? NaN), 0);
    const student = paramsAndMacs(cellStudent(TASK, { width: 8, cells: [1, 1, 1], strides: [2] }, taken));
    expect({ params: base.params + sum(params), macs: base.macs + sum(macs) }).toEqual(student);
  });

  test.each([5000, 12_500, 100_000, 175_000, 1e6])(
    'has a supernet at %i params, where a quarter of the channels can go through its ops, too',
    (scale) => {
      const wide = wideCells({ ...TASK, scale: scaleOf(scale), own: {} });
      expect(pathCounts(wide.supernet?.(4).edges ?? [])).toEqual([5, 5, 5, 5, 5, 5]);
      const { base = {} } = wide.supernet?.(2) ?? {};
      expect(Number(base['width']) % 4).toBe(0);
      expect(wide.dimensions.find(({ name }) => name === 'width')?.levels).toContain(base['width']);
    },
  );

  test('costs in the wide space what its network costs', () => {
    const wide = wideCells({ ...TASK, scale: 100_000, own: {} });
    const rng = createRng(5);
    for (let draw = 0; draw < 40; draw += 1) {
      const config = Object.fromEntries(
        wide.dimensions.map(({ name, levels }) => [name, levels[rng.int(levels.length)] ?? 0]),
      );
      expect(wide.costs(config)).toEqual(paramsAndMacs(wide.build(config)));
    }
  });
});
