/**
 * Networks of cells, as NAS-Bench-201 puts them together (Dong and Yang 2020, section 2.1): a 3x3
 * stem, stages of equal cells with a residual block of stride 2 between them, norm, ReLU and pool.
 * An op of a cell is ReLU, convolution and norm, or a pool without a norm.
 */
import { normalisedConvolution } from '../../blocks.ts';
import type { ArchitectureGraph } from '../../graph.ts';
import { graphBuilder } from '../../graph-builder.ts';
import type { GraphBuilder, Value } from '../../graph-builder.ts';
import type { Supernet, SupernetEdge } from '../../supernet.ts';
import type { StudentTask } from '../student-family.ts';
import { CELL_EDGES, LAST_NODE } from './code.ts';
import type { CellCode, CellOp } from './code.ts';

export interface CellNetwork {
  /** Channels of the first stage; each later one has twice as many. */
  readonly width: number;
  /** Of each stage. */
  readonly cells: readonly number[];
  /** Of the stem's convolutions. */
  readonly strides: readonly number[];
}

/** Adds a cell of layers `id...`, and gives its last node. */
type AddCell = (g: GraphBuilder, id: string, x: Value) => Value;

/** A cell whose last node nothing reaches passes its input on. */
export const cellStudent = (task: StudentTask, network: CellNetwork, code: CellCode): ArchitectureGraph =>
  cellNetwork(task, network, (g, id, x) => discreteCell(g, id, x, code));

/**
 * All of them in one: on each edge all ops side by side, the same edge of all cells with the same
 * shares. `part`: of so many channels one goes through the ops, the others pass by, and all are
 * shuffled (Xu et al., "PC-DARTS", ICLR 2020); 1: all do.
 */
export function cellSupernet(
  task: StudentTask,
  network: CellNetwork,
  ops: readonly (readonly CellOp[])[],
  part = 1,
): Supernet {
  const edgesOf = CELL_EDGES.map((edge, index) => ({ ...edge, ops: ops[index] ?? [] }));
  const paths = new Map(edgesOf.flatMap((edge) => edge.ops.map((op) => [`${edge.name}.${op}`, [] as string[]])));
  const graph = cellNetwork(task, network, (g, id, x) =>
    mixedCell(g, id, x, { ops, part, ended: (edge, op, layer) => paths.get(`${edge}.${op}`)?.push(layer) }),
  );
  const edges = edgesOf.map((edge): SupernetEdge => ({
    ...{ id: edge.name, dimension: edge.name, between: [edge.from, edge.to] },
    paths: edge.ops.map((op) => paths.get(`${edge.name}.${op}`) ?? []),
  }));
  return { graph, edges };
}

interface Mixed {
  /** Of each edge. */
  readonly ops: readonly (readonly CellOp[])[];
  readonly part: number;
  /** `layer` scales the path. */
  readonly ended: (edge: string, op: CellOp, layer: string) => void;
}

function mixedCell(g: GraphBuilder, id: string, x: Value, { ops, part, ended }: Mixed): Value {
  const parts = cellParts(g, id);
  const nodes: Value[] = [x];
  const channels = x.shape[2] ?? 0;
  const count = Math.max(1, Math.floor(channels / part));
  for (let node = 1; node <= LAST_NODE; node += 1) {
    let sum: Value | undefined;
    for (const [edge, { name, from, to }] of CELL_EDGES.entries()) {
      if (to !== node) continue;
      const source = nodes[from] ?? x;
      const read = count === channels ? source : parts.some(from, source, count);
      // With all channels the edges of a node are one sum.
      let mixed = count === channels ? sum : undefined;
      for (const op of plainFirst(ops[edge] ?? [])) {
        const path = parts.path(name, op, from, read);
        const scaled = isNormed(op) ? path : g.layerScale(`${id}.${name}.${op}.scale`, path);
        ended(name, op, scaled.id);
        mixed = mixed === undefined ? scaled : g.add(`${id}.${name}.${op}.add`, mixed, scaled);
      }
      if (mixed === undefined || count === channels) {
        sum = mixed;
        continue;
      }
      const rest = g.channels(`${id}.${name}.rest`, source, { from: count, count: channels - count });
      const joined = g.concat(`${id}.${name}.join`, mixed, rest);
      const whole = g.channelShuffle(`${id}.${name}.shuffle`, joined, { groups: part });
      sum = sum === undefined ? whole : g.add(`${id}.${name}.sum`, sum, whole);
    }
    nodes.push(sum ?? x);
  }
  return nodes[LAST_NODE] ?? x;
}

function cellNetwork(task: StudentTask, { width, cells, strides }: CellNetwork, add: AddCell): ArchitectureGraph {
  const g = graphBuilder('cells', task.inputShape, task.classes);
  let x = cellStem(g, g.input, width, strides);
  for (const [stage, count] of cells.entries()) {
    if (stage > 0) x = reduction(g, `reduction${stage}`, x, width * 2 ** stage);
    for (let cell = 1; cell <= count; cell += 1) x = add(g, cellId(stage, cell), x);
  }
  return g.finish(pooledCells(g, x));
}

export const cellId = (stage: number, cell: number): string => `stage${stage + 1}.cell${cell}`;

/** The last norm has no ReLU: ops begin with one. */
export function cellStem(g: GraphBuilder, x: Value, filters: number, strides: readonly number[]): Value {
  return strides.reduce((y, stride, index) => {
    const isLast = index === strides.length - 1;
    const options = { filters, kernel: 3, stride, ...(!isLast && { activation: 'relu' as const }) };
    return normalisedConvolution(g, index === 0 ? 'stem' : `stem${index + 1}`, y, options);
  }, x);
}

export const pooledCells = (g: GraphBuilder, x: Value): Value =>
  g.globalAveragePool('pool', g.activation('last.act', g.batchNorm('last.norm', x), 'relu'));

/** Two convolutions around a mean pool and a 1x1 convolution; half as high and wide. */
export function reduction(g: GraphBuilder, id: string, x: Value, filters: number): Value {
  const active = g.activation(`${id}.act`, x, 'relu');
  const first = normalisedConvolution(g, `${id}.conv1`, active, { filters, kernel: 3, stride: 2, activation: 'relu' });
  const second = normalisedConvolution(g, `${id}.conv2`, first, { filters, kernel: 3, stride: 1 });
  const pooled = g.averagePool(`${id}.pool`, x, { size: 2, stride: 2 });
  const shortcut = g.conv2d(`${id}.shortcut`, pooled, { filters, kernel: 1, stride: 1, bias: false });
  return g.add(`${id}.add`, shortcut, second);
}

/** Only what the last node hangs on is built. Norms come after what they are added to, so that one
 * pass of a kernel does both. */
export function discreteCell(g: GraphBuilder, id: string, x: Value, code: CellCode): Value {
  const parts = cellParts(g, id);
  const valueOf = (node: number): Value | undefined => {
    if (node === 0) return x;
    const terms = CELL_EDGES.flatMap((edge, index) => {
      const op = code[index] ?? 'none';
      const source = edge.to === node && op !== 'none' ? parts.node(edge.from, valueOf) : undefined;
      return source === undefined ? [] : [{ edge, op, source }];
    });
    const [plain, normed] = [terms.filter(({ op }) => !isNormed(op)), terms.filter(({ op }) => isNormed(op))];
    return [...plain, ...normed].reduce<Value | undefined>((sum, { edge, op, source }) => {
      const term = parts.path(edge.name, op, edge.from, source);
      return sum === undefined ? term : g.add(`${id}.${edge.name}.add`, sum, term);
    }, undefined);
  };
  return parts.node(LAST_NODE, valueOf) ?? x;
}

/** Those that give something. */
const plainFirst = (ops: readonly CellOp[]): readonly CellOp[] => [
  ...ops.filter((op) => op !== 'none' && !isNormed(op)),
  ...ops.filter(isNormed),
];

const isNormed = (op: CellOp): boolean => op === 'conv1x1' || op === 'conv3x3';

/** What the ops of one cell share: a node is computed once, and so are its ReLU and its pool. */
function cellParts(g: GraphBuilder, id: string) {
  const once = new Map<string, Value | undefined>();
  const shared = <V extends Value | undefined>(key: string, make: () => V): V => {
    if (!once.has(key)) once.set(key, make());
    return once.get(key) as V; // made by the line above, or by an earlier call of the same key
  };
  return {
    node: (node: number, make: (node: number) => Value | undefined): Value | undefined =>
      shared(`node${node}`, () => make(node)),
    /** Its first channels. */
    some: (from: number, x: Value, count: number): Value =>
      shared(`some${from}`, () => g.channels(`${id}.node${from}.some`, x, { from: 0, count })),
    path(edge: string, op: CellOp, from: number, x: Value): Value {
      if (op === 'skip') return x;
      if (op === 'pool3x3') {
        return shared(`pool${from}`, () => g.averagePool(`${id}.node${from}.pool`, x, { size: 3, stride: 1 }));
      }
      const active = shared(`act${from}`, () => g.activation(`${id}.node${from}.act`, x, 'relu'));
      const kernel = op === 'conv1x1' ? 1 : 3;
      return normalisedConvolution(g, `${id}.${edge}.${op}`, active, { filters: x.shape[2] ?? 0, kernel, stride: 1 });
    },
  };
}
