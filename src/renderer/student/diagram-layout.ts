/** Places of a diagram's boxes and lines, from top to bottom; loads the layout library with the
 * first diagram. */
import { Graph, layout } from '@dagrejs/dagre';
import type { Diagram, DiagramNode } from './diagram.ts';

const NODE_WIDTH = 184;
/** By the number of lines of text. */
const NODE_HEIGHTS = [0, 26, 39, 53];
const GROUP_PADDING = 10;
const GROUP_TITLE = 14;
const MARGIN = 16;

interface Box {
  /** Upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type PlacedNode = Box & { readonly node: DiagramNode };
type PlacedGroup = Box & { readonly title: string };

export interface PlacedDiagram {
  /** Left edge of the drawing. */
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly groups: readonly PlacedGroup[];
  /** SVG paths. */
  readonly lines: readonly { readonly id: string; readonly path: string }[];
}

export function placeDiagram(diagram: Diagram): PlacedDiagram {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 24, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of diagram.nodes) graph.setNode(node.id, sizeOf(node));
  for (const { from, to } of diagram.edges) graph.setEdge(from, to);
  layout(graph);
  const nodes = diagram.nodes.map((node): PlacedNode => {
    const { x = 0, y = 0 } = graph.node(node.id);
    const { width, height } = sizeOf(node);
    return { node, x: x - width / 2, y: y - height / 2, width, height };
  });
  const lines = diagram.edges.map(({ from, to }) => ({
    id: `${from} ${to}`,
    path: pathThrough(graph.edge({ v: from, w: to }).points ?? []),
  }));
  const groups = groupsOf(nodes);
  const label = graph.graph();
  // Groups reach beyond what the layout knows of.
  const left = Math.min(0, ...groups.map(({ x }) => x - MARGIN));
  const right = Math.max(label.width ?? 0, ...groups.map(({ x, width }) => x + width + MARGIN));
  return { left, width: right - left, height: label.height ?? 0, nodes, lines, groups };
}

function sizeOf(node: DiagramNode): Pick<Box, 'width' | 'height'> {
  return { width: NODE_WIDTH, height: NODE_HEIGHTS[node.lines.length + 1] ?? 0 };
}

function groupsOf(nodes: readonly PlacedNode[]): readonly PlacedGroup[] {
  const titles = [...new Set(nodes.flatMap(({ node }) => node.group ?? []))];
  return titles.map((title) => {
    const members = nodes.filter(({ node }) => node.group === title);
    const left = Math.min(...members.map(({ x }) => x)) - GROUP_PADDING;
    const top = Math.min(...members.map(({ y }) => y)) - GROUP_PADDING;
    const right = Math.max(...members.map(({ x, width }) => x + width)) + GROUP_PADDING + GROUP_TITLE;
    const bottom = Math.max(...members.map(({ y, height }) => y + height)) + GROUP_PADDING;
    return { title, x: left, y: top, width: right - left, height: bottom - top };
  });
}

/** Straight, with rounded corners at the bends. */
function pathThrough(points: readonly Pick<Box, 'x' | 'y'>[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const at = ({ x, y }: Pick<Box, 'x' | 'y'>): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? point;
    return `Q ${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  const last = rest.at(-1);
  return [`M ${at(first)}`, ...bends, last ? `L ${at(last)}` : ''].join(' ');
}
