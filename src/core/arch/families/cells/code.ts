/**
 * Codes of NAS-Bench-201's cell: Dong and Yang, "NAS-Bench-201" (ICLR 2020). Four nodes, an op on
 * each of six edges; a node is the sum of what comes in. Many codes are one network.
 */
import { memoise } from '../../../memoise.ts';

export const CELL_OPS = ['none', 'skip', 'pool3x3', 'conv1x1', 'conv3x3'] as const;
export type CellOp = (typeof CELL_OPS)[number];

/** From a node to a later one. */
export interface CellEdge {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** In the benchmark's order. */
export const CELL_EDGES: readonly CellEdge[] = [
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 3],
  [1, 3],
  [2, 3],
].map(([from = 0, to = 0]) => ({ name: `edge${from}${to}`, from, to }));

export const LAST_NODE = 3;

/** An op for each edge, `[edges]`. */
export type CellCode = readonly CellOp[];

/**
 * What the last node computes, as a text that equal networks share; `undefined` where nothing
 * reaches it. The rule is the benchmark's own: a skipped edge is its source, the order of a sum
 * does not count, and edges that come from nothing are none.
 */
function expressionOf(code: CellCode): string | undefined {
  const nodes: (string | undefined)[] = ['x'];
  for (let node = 1; node <= LAST_NODE; node += 1) {
    const terms = CELL_EDGES.flatMap(({ from, to }, edge) => {
      const [source, op] = [nodes[from], code[edge]];
      if (to !== node || source === undefined || op === undefined || op === 'none') return [];
      return [op === 'skip' ? source : `${op}(${source})`];
    });
    nodes.push(terms.length > 1 ? `[${terms.sort().join('+')}]` : terms[0]);
  }
  return nodes[LAST_NODE];
}

/** The code that stands for all that compute the same: of those with the most edges that are none,
 * the first in order. `undefined` where nothing reaches the last node. */
export const representativeOf = (ops: readonly CellOp[], code: CellCode): CellCode | undefined =>
  representatives(ops).get(expressionOf(code) ?? '');

/** By expression; each network of these ops once. */
const representatives = memoise((ops: readonly CellOp[]): ReadonlyMap<string, CellCode> => {
  const found = new Map<string, CellCode>();
  for (const code of allCodes(ops, CELL_EDGES.length)) {
    const expression = expressionOf(code);
    if (expression === undefined) continue;
    const known = found.get(expression);
    if (known === undefined || nonesOf(code) > nonesOf(known)) found.set(expression, code);
  }
  return found;
});

const nonesOf = (code: CellCode): number => code.filter((op) => op === 'none').length;

/** The last edge turns fastest. */
function* allCodes(ops: readonly CellOp[], edges: number): Generator<CellCode> {
  if (edges === 0) yield [];
  else for (const begun of allCodes(ops, edges - 1)) for (const op of ops) yield [...begun, op];
}

export const testing = { expressionOf, representatives };
