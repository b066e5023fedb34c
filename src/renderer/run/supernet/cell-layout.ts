/** Where nodes and paths of a cell are drawn: nodes in a row, edges as bands between them, each
 * path of an edge as wide as it counts. */
import type { SearchedEdge } from '../../../core/one-shot/account.ts';
import { sharesByEdge } from '../../charts/path-shares.ts';

export const CELL_SIZE = { width: 760, height: 280 } as const;
/** Where the nodes stand: more edges go above them than below. */
const MIDDLE = 178;

/** Of an edge, all paths together; thinner than the least nothing is seen. */
const [BAND, LEAST] = [18, 0.6];
const RADIUS = 15;
const MARGIN = 46;

export interface CellNode {
  readonly node: number;
  readonly x: number;
  readonly y: number;
}

export interface CellStrand {
  readonly path: string;
  /** Of the line, in pixels. */
  readonly width: number;
  /** Of the line, as SVG draws it. */
  readonly line: string;
}

export interface CellBand {
  readonly edge: string;
  readonly strands: readonly CellStrand[];
  /** The whole band, for the pointer. */
  readonly line: string;
  /** Where its words stand. */
  readonly label: { readonly x: number; readonly y: number };
}

export interface CellLayout {
  readonly nodes: readonly CellNode[];
  readonly bands: readonly CellBand[];
}

/** `undefined` where the edges are of no cell. */
export function cellLayout(edges: readonly SearchedEdge[], shares: readonly number[]): CellLayout | undefined {
  const places = edges.flatMap(({ between }) => between ?? []);
  if (edges.length === 0 || places.length < 2 * edges.length) return undefined;
  const last = Math.max(...places);
  const step = (CELL_SIZE.width - 2 * MARGIN) / Math.max(1, last);
  const xOf = (node: number): number => round(MARGIN + node * step);
  const bands = sharesByEdge(edges, shares).map(({ edge, own }): CellBand => {
    const [from = 0, to = 0] = edge.between ?? [];
    const lift = liftOf(from, to, last);
    const lineAt = (shift: number): string => {
      const [start, end, y] = [xOf(from) + RADIUS, xOf(to) - RADIUS, MIDDLE + shift];
      if (lift === 0) return `M${start} ${round(y)}L${end} ${round(y)}`;
      const bend = (end - start) / 4;
      const top = round(y + lift);
      return `M${start} ${round(y)}C${start + bend} ${top} ${end - bend} ${top} ${end} ${round(y)}`;
    };
    const widths = own.map((share) => (Number.isFinite(share) ? Math.min(1, Math.max(0, share)) * BAND : 0));
    let above = -widths.reduce((sum, width) => sum + width, 0) / 2;
    const strands = own.map((_, level): CellStrand => {
      const width = widths[level] ?? 0;
      above += width;
      return {
        ...{ path: edge.paths[level] ?? '', width: round(Math.max(LEAST, width)) },
        line: lineAt(above - width / 2),
      };
    });
    const label = { x: (xOf(from) + xOf(to)) / 2, y: round(MIDDLE + 0.75 * lift - BAND / 2 - 4) };
    return { edge: edge.id, strands, line: lineAt(0), label };
  });
  return { nodes: Array.from({ length: last + 1 }, (_, node) => ({ node, x: xOf(node), y: MIDDLE })), bands };
}

/** Neighbours are joined straight; of others those from even nodes above, from odd ones below, and
 * the longest the farthest out. */
function liftOf(from: number, to: number, last: number): number {
  const span = to - from;
  if (span <= 1) return 0;
  const isAbove = from % 2 === 0;
  const room = isAbove ? MIDDLE - BAND - 14 : CELL_SIZE.height - MIDDLE - BAND;
  const share = last > 2 ? 0.55 + (0.45 * (span - 2)) / (last - 2) : 0.8;
  // A cubic goes three quarters of the way to its control points.
  return ((isAbove ? -share : 0.9) * room) / 0.75;
}

const round = (value: number): number => Math.round(value * 10) / 10;
