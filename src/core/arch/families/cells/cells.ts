/**
 * Cells of NAS-Bench-201 (Dong and Yang 2020) as a family of students: compact, one cell a stage,
 * eight channels, four ops; wide, with 1x1 convolutions, widths and cells of each stage.
 */
import type { Configuration, Dimension } from '../../../space/space.ts';
import { paramsAndMacs } from '../../cost.ts';
import { numberLevel, stemStride, textLevel } from '../student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from '../student-family.ts';
import { chooser, depths, referenceOf, stemStrides, upTo, whole, widths } from '../wide/levels.ts';
import type { WideTask } from '../wide/levels.ts';
import { blocksOf } from '../wide/parts.ts';
import type { Part } from '../wide/parts.ts';
import { stagedFamily } from '../wide/stages.ts';
import type { StagedFamily } from '../wide/stages.ts';
import { CELL_EDGES, CELL_OPS, representativeOf } from './code.ts';
import type { CellCode, CellOp } from './code.ts';
import { cellId, cellStem, cellStudent, cellSupernet, discreteCell, pooledCells, reduction } from './network.ts';
import type { CellNetwork } from './network.ts';

const NAME = { name: 'cells', title: 'Cells', source: 'Dong and Yang 2020, NAS-Bench-201, section 2.1' };

/** Those of the compact family. A 1x1 convolution costs a third of the codes and wins few. */
const COMPACT_OPS: readonly CellOp[] = ['none', 'skip', 'pool3x3', 'conv3x3'];

const titleOf = (from: number, to: number): string => `Op from node ${from} to node ${to}`;

const codeOf = (config: Configuration): CellCode => CELL_EDGES.map(({ name }) => textLevel(config, name, CELL_OPS));

const configOf = (code: CellCode): Configuration =>
  Object.fromEntries(CELL_EDGES.map(({ name }, edge) => [name, code[edge] ?? 'none']));

const QUARTER = 4;

/** A residual cell: two 3x3 convolutions one after the other, and a skip beside them. */
const RESIDUAL: Configuration = configOf(['conv3x3', 'none', 'conv3x3', 'skip', 'none', 'skip']);

export function cellsFamily(task: StudentTask): StudentFamilyDefinition {
  const network: CellNetwork = { width: 8, cells: [1, 1, 1], strides: [stemStride(task.inputShape)] };
  return {
    ...NAME,
    dimensions: CELL_EDGES.map(({ name, from, to }) => ({
      ...{ name, title: titleOf(from, to), role: 'other' as const, type: 'categorical' as const, levels: COMPACT_OPS },
    })),
    reference: configOf(representativeOf(COMPACT_OPS, codeOf(RESIDUAL)) ?? []),
    /** One code a network: nothing is trained twice. */
    isLegal: (config) => {
      const code = codeOf(config);
      return representativeOf(COMPACT_OPS, code)?.every((op, edge) => op === code[edge]) ?? false;
    },
    build: (config) => cellStudent(task, network, codeOf(config)),
    supernet: (part) =>
      cellSupernet(
        task,
        network,
        CELL_EDGES.map(() => COMPACT_OPS),
        part,
      ),
    representative: (config) => {
      const code = representativeOf(COMPACT_OPS, codeOf(config));
      return code && configOf(code);
    },
  };
}

/** Every op of the benchmark on each edge. Codes of one network are members each: they are too many
 * to be looked through. */
export function wideCells(task: WideTask): StagedFamily {
  const choose = chooser(task, 'cells');
  const rule = whole(2, 512, 2);
  const width = choose.ordinal('width', 'Channels of stage 1', 'width', widths(task, [4, 6, 8, 12, 16], 2), rule);
  const cells = [1, 2, 3].map((stage) =>
    choose.ordinal(`cells${stage}`, `Cells of stage ${stage}`, 'depth', upTo(depths(task).stage), whole(1, 24)),
  );
  const edges = CELL_EDGES.map(({ name, from, to }) => choose.categorical(name, titleOf(from, to), CELL_OPS));
  choose.check();
  const dimensions = [width, ...cells, ...edges];
  const reference = referenceOf(task, dimensions, { ...RESIDUAL, width: 8, cells1: 1, cells2: 1, cells3: 1 });
  const strides = stemStrides(task);
  const stem: Part = {
    reads: ['width'],
    build: (g, x, config) => cellStem(g, x, numberLevel(config, 'width'), strides),
  };
  const reductionTo = (stage: number): Part => ({
    reads: ['width'],
    build: (g, x, config) => reduction(g, `reduction${stage}`, x, numberLevel(config, 'width') * 2 ** stage),
  });
  const family = stagedFamily(task, {
    ...{ ...NAME, dimensions, reference },
    shared: [],
    stages: [
      { owns: ['width'], parts: [stem] },
      ...cells.map((count, stage) => ({
        owns: [count.name],
        parts: [
          ...(stage === 0 ? [] : [reductionTo(stage)]),
          ...blocksOf(count, (cell) => ({
            reads: CELL_EDGES.map(({ name }) => name),
            build: (g, x, config) => discreteCell(g, cellId(stage, cell), x, codeOf(config)),
          })),
        ],
      })),
      { owns: [], parts: [{ reads: [], build: pooledCells }] },
    ],
  });
  const least = Object.fromEntries(dimensions.map(({ name, levels }) => [name, levels[0] ?? 0]));
  const base = { ...reference, width: divisible(width, numberLevel(reference, 'width')) };
  const network = {
    width: numberLevel(base, 'width'),
    cells: cells.map(({ name }) => numberLevel(reference, name)),
    strides,
  };
  return {
    ...family,
    /** Whatever is chosen makes both costs larger. */
    cheapest: () => [{ config: least, ...paramsAndMacs(family.build(least)) }],
    supernet: (part) => ({ ...cellSupernet(task, network, edges.map(opsOf), part), base }),
  };
}

/** The width nearest to the wished one of which a quarter can go through the ops of a supernet;
 * that one where there is none. */
function divisible({ levels }: Dimension, wished: number): number {
  const able = levels.map(Number).filter((level) => level % QUARTER === 0);
  return able.sort((a, b) => Math.abs(a - wished) - Math.abs(b - wished))[0] ?? wished;
}

/** In the dimension's order. */
const opsOf = ({ levels }: Dimension): readonly CellOp[] =>
  levels.flatMap((level) => CELL_OPS.find((op) => op === level) ?? []);
