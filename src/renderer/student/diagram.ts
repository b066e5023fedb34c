/** An architecture graph as boxes for a drawing: norms and activations join the layer they follow,
 * blocks become groups. */
import type { LayerCost } from '../../core/arch/cost.ts';
import { layerCosts } from '../../core/arch/cost.ts';
import { sidesOf } from '../../core/arch/ops.ts';
import type { ArchitectureGraph, Op, Sides } from '../../core/arch/graph.ts';
import { formatCount } from '../format.ts';
import { shapeText } from '../words.ts';

export interface DiagramNode {
  readonly id: string;
  /** `Conv 3×3 → 16` */
  readonly title: string;
  /** Below the title: `stride 2 · batch norm · ReLU`, `1.2 k params · 340 k MACs`; what is empty is
   * left out. */
  readonly lines: readonly string[];
  /** `stride 2 · batch norm · ReLU` */
  readonly detail: string;
  readonly params: number;
  readonly macs: number;
  readonly shape: string;
  /** `stage 1 · block 2`; undefined outside blocks. */
  readonly group: string | undefined;
  readonly kind: 'weighted' | 'join' | 'plain';
  /** Ids of the layers it stands for. */
  readonly layers: readonly string[];
}

export interface Diagram {
  readonly nodes: readonly DiagramNode[];
  /** Ids of nodes. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

interface Box {
  readonly head: LayerCost;
  readonly rows: LayerCost[];
}

const ACTIVATIONS = {
  relu: 'ReLU',
  relu6: 'ReLU6',
  gelu: 'GELU',
  swish: 'swish',
  hardSwish: 'hard swish',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hard sigmoid',
  tanh: 'tanh',
} as const;

export function diagramOf(graph: ArchitectureGraph): Diagram {
  const rows = layerCosts(graph);
  const readers = new Map<string, number>();
  for (const row of rows) for (const id of row.layer.inputs) readers.set(id, (readers.get(id) ?? 0) + 1);
  const boxes: Box[] = [];
  const boxOf = new Map<string, Box>();
  for (const row of rows) {
    const [input] = row.layer.inputs;
    const before = input === undefined ? undefined : boxOf.get(input);
    const joins = isFollower(row.layer.layer) && before !== undefined && readers.get(input ?? '') === 1;
    const box: Box = joins ? before : { head: row, rows: [] };
    if (!joins) boxes.push(box);
    box.rows.push(row);
    boxOf.set(row.id, box);
  }
  return { nodes: boxes.map(nodeOf), edges: edgesOf(rows, boxOf) };
}

function isFollower(op: Op): boolean {
  return op.op === 'batchNorm' || op.op === 'activation';
}

function edgesOf(rows: readonly LayerCost[], boxOf: ReadonlyMap<string, Box>): Diagram['edges'] {
  const keys = new Set<string>();
  return rows.flatMap((row) =>
    row.layer.inputs.flatMap((input) => {
      const [from, to] = [boxOf.get(input)?.head.id, boxOf.get(row.id)?.head.id];
      const key = `${from} ${to}`;
      if (from === undefined || to === undefined || from === to || keys.has(key)) return [];
      keys.add(key);
      return [{ from, to }];
    }),
  );
}

function nodeOf({ head, rows }: Box): DiagramNode {
  const sum = (read: (row: LayerCost) => number): number => rows.reduce((total, row) => total + read(row), 0);
  const followers = rows.slice(1).map(({ layer: { layer } }) => followerText(layer));
  const detail = [...attributesOf(head.layer.layer), ...followers].join(' · ');
  const [params, macs] = [sum((row) => row.params), sum((row) => row.macs)];
  const costs = [params > 0 ? `${formatCount(params)} params` : '', macs > 0 ? `${formatCount(macs)} MACs` : ''];
  return {
    id: head.id,
    title: titleOf(head),
    lines: [detail, costs.filter(Boolean).join(' · ')].filter(Boolean),
    detail,
    params,
    macs,
    shape: shapeText(rows.at(-1)?.shape ?? head.shape),
    group: groupOf(head.id),
    kind: macs > 0 ? 'weighted' : head.layer.inputs.length > 1 ? 'join' : 'plain',
    layers: rows.map((row) => row.id),
  };
}

/** `stage2.block1.conv1` -> `stage 2 · block 1`. */
function groupOf(id: string): string | undefined {
  const match = /^(?:stage(\d+)\.)?block(\d+)\./.exec(id);
  if (match === null) return undefined;
  return match[1] === undefined ? `block ${match[2]}` : `stage ${match[1]} · block ${match[2]}`;
}

export function titleOf({ layer: { layer } }: LayerCost): string {
  switch (layer.op) {
    case 'input':
      return 'Input';
    case 'conv2d':
      return `Conv ${sidesText(layer.kernel)} → ${layer.filters}`;
    case 'depthwiseConv2d':
      return `Depthwise ${sidesText(layer.kernel)}`;
    case 'dense':
      return `Dense → ${layer.units}`;
    case 'channels':
      return `Channels ${layer.from + 1} to ${layer.from + layer.count}`;
    case 'channelShuffle':
      return `Shuffle, ${layer.groups} groups`;
    case 'attention':
      return `Attention, ${layer.heads} ${layer.heads === 1 ? 'head' : 'heads'}`;
    case 'activation':
      return ACTIVATIONS[layer.kind];
    case 'averagePool':
    case 'maxPool':
      return `${layer.op === 'maxPool' ? 'Max' : 'Average'} pool ${sidesText(layer.size)}`;
    case 'gru':
      return `GRU → ${layer.units}`;
    case 'embed':
      return `Embed → ${layer.units}`;
    default:
      return PLAIN_TITLES[layer.op];
  }
}

const PLAIN_TITLES = {
  batchNorm: 'Batch norm',
  layerNorm: 'Layer norm',
  add: 'Add',
  multiply: 'Multiply',
  scale: 'Scale by gate',
  layerScale: 'Layer scale',
  concat: 'Concatenate',
  globalAveragePool: 'Global average pool',
  tokens: 'To tokens',
  positionEmbedding: 'Add positions',
  transpose: 'Transpose',
  meanTokens: 'Mean of tokens',
  lastToken: 'Last token',
} as const;

function attributesOf(op: Op): readonly string[] {
  // Beside the shape there is no room for it in the title.
  if (op.op === 'embed') return [`of ${formatCount(op.values)} values`];
  if (op.op === 'attention' && op.grid !== undefined) return ['relative positions'];
  if (!('stride' in op)) return [];
  const [down, across] = sidesOf(op.stride);
  if (down === across) return down > 1 ? [`stride ${down}`] : [];
  return [`stride ${down}×${across}`];
}

const sidesText = (sides: Sides): string => sidesOf(sides).join('×');

function followerText(op: Op): string {
  return op.op === 'activation' ? ACTIVATIONS[op.kind] : 'batch norm';
}
