/** Two architectures as columns of boxes in common rows: what is paired stands side by side. */
import { diffArchitectures } from '../../core/arch/diff.ts';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { DiagramNode } from '../student/diagram.ts';
import { diagramOf } from '../student/diagram.ts';

export interface AlignedRow {
  readonly left: DiagramNode | undefined;
  readonly right: DiagramNode | undefined;
  /** `changed`: of both, something in the box is not the same. */
  readonly status: 'same' | 'changed' | 'added' | 'removed';
}

export interface Aligned {
  readonly rows: readonly AlignedRow[];
  /** Rows of the boxes that a line leads from and to; `skips`: over how many rows it leads. */
  readonly lines: readonly { readonly side: 'left' | 'right'; readonly from: number; readonly to: number }[];
}

/** A box is paired with the one that has the partner of its first layer; pairs never cross, as
 * those of the diff do not. */
export function alignDiagrams(left: ArchitectureGraph, right: ArchitectureGraph): Aligned {
  const [before, after] = [diagramOf(left), diagramOf(right)];
  const diff = diffArchitectures(left, right);
  const partner = new Map(diff.rows.flatMap((row) => (row.left && row.right ? [[row.left.id, row.right.id]] : [])));
  const same = new Set(diff.rows.flatMap((row) => (row.status === 'same' && row.left ? [row.left.id] : [])));
  const boxOf = new Map(after.nodes.flatMap((node, place) => node.layers.map((id) => [id, place] as const)));
  const rows: AlignedRow[] = [];
  let next = 0;
  for (const node of before.nodes) {
    const place = node.layers.map((id) => boxOf.get(partner.get(id) ?? '')).find((one) => one !== undefined);
    const paired = place !== undefined && place >= next ? after.nodes[place] : undefined;
    if (paired === undefined || place === undefined) {
      rows.push({ left: node, right: undefined, status: 'removed' });
      continue;
    }
    for (const added of after.nodes.slice(next, place)) rows.push({ left: undefined, right: added, status: 'added' });
    const isSame = node.layers.length === paired.layers.length && node.layers.every((id) => same.has(id));
    rows.push({ left: node, right: paired, status: isSame ? 'same' : 'changed' });
    next = place + 1;
  }
  for (const added of after.nodes.slice(next)) rows.push({ left: undefined, right: added, status: 'added' });
  return { rows, lines: [...linesOf(rows, 'left', before.edges), ...linesOf(rows, 'right', after.edges)] };
}

function linesOf(
  rows: readonly AlignedRow[],
  side: 'left' | 'right',
  edges: readonly { readonly from: string; readonly to: string }[],
): Aligned['lines'] {
  const rowOf = new Map(rows.flatMap((row, place) => (row[side] ? [[row[side].id, place] as const] : [])));
  return edges.flatMap(({ from, to }) => {
    const ends = [rowOf.get(from), rowOf.get(to)] as const;
    return ends[0] === undefined || ends[1] === undefined ? [] : [{ side, from: ends[0], to: ends[1] }];
  });
}
