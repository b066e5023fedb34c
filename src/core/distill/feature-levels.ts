/**
 * Which layers of two networks are compared, from their graphs alone, or from what a network that
 * has none shows.
 *
 * A level is the last layer of each resolution: of a map `[h,w,c]`, or of tokens `[h*w,c]`, which
 * lie on the grid of the map that they were cut from (rows that a transpose has turned into
 * channels are no places). The input and maps of one place are none. Every level of the student is
 * paired with the teacher's of the same size, else the next finer one, else the teacher's coarsest;
 * both are then pooled to the smaller of the two sizes. So the last levels of both are always
 * paired.
 */
import { inferShapes } from '../arch/cost.ts';
import type { ArchitectureGraph, Layer, Shape } from '../arch/graph.ts';
import { WorkbenchError } from '../errors.ts';

export interface FeatureLevel {
  readonly layerId: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface LastVector {
  readonly layerId: string;
  readonly length: number;
}

/** What a network shows of itself beside its answers. */
export interface NetworkLayers {
  /** From fine to coarse. */
  readonly levels: readonly FeatureLevel[];
  /** What its logits are made of. */
  readonly vector?: LastVector;
}

export interface LevelPair {
  readonly student: FeatureLevel;
  readonly teacher: FeatureLevel;
  /** Both are compared at this size. */
  readonly height: number;
  readonly width: number;
}

/** From fine to coarse. */
function featureLevels(graph: ArchitectureGraph): readonly FeatureLevel[] {
  const shapes = inferShapes(graph);
  const grids = new Map<string, Grid>();
  const found: FeatureLevel[] = [];
  for (const layer of graph.layers) {
    const shape = shapes.get(layer.id) ?? [];
    const grid = gridOf(layer, shape, shapes, grids);
    if (grid === undefined) continue;
    grids.set(layer.id, grid);
    const { height, width, isTurned } = grid;
    const fits = shape.length === 3 || (!isTurned && shape[0] === height * width);
    if (!fits || layer.layer.op === 'input' || height * width === 1) continue;
    found.push({ layerId: layer.id, height, width, channels: shape.at(-1) ?? 0 });
  }
  return lastOfEachSize(found);
}

/** From fine to coarse, of layers in the order of their network. */
export function lastOfEachSize(layers: readonly FeatureLevel[]): readonly FeatureLevel[] {
  const levels = new Map(layers.map((level) => [`${level.height}x${level.width}`, level]));
  return [...levels.values()].sort((left, right) => right.height * right.width - left.height * left.width);
}

/** From fine to coarse. Throws `teacher.mismatch` when either network has no level. */
export function levelPairs(
  student: ArchitectureGraph,
  { levels: theirs }: Pick<NetworkLayers, 'levels'>,
): readonly LevelPair[] {
  const pairs = featureLevels(student).map((level) => {
    const fineEnough = theirs.filter(({ height, width }) => height >= level.height && width >= level.width);
    const partner = fineEnough.at(-1) ?? theirs.at(-1) ?? lacking('This teacher');
    const [height, width] = [Math.min(level.height, partner.height), Math.min(level.width, partner.width)];
    return { student: level, teacher: partner, height, width };
  });
  return pairs.length > 0 ? pairs : lacking(`This ${student.family}`);
}

export const networkLayers = (graph: ArchitectureGraph): NetworkLayers => ({
  levels: featureLevels(graph),
  vector: lastVector(graph),
});

/** The layer whose vector the last one turns into logits. */
export function lastVector(graph: ArchitectureGraph): LastVector {
  const layerId = graph.layers.at(-1)?.inputs[0] ?? '';
  return { layerId, length: inferShapes(graph).get(layerId)?.at(-1) ?? 0 };
}

/** Where the places of a layer's output lie. */
interface Grid {
  readonly height: number;
  readonly width: number;
  /** Channels lead and places follow. */
  readonly isTurned: boolean;
}

function gridOf(
  { layer, inputs }: Layer,
  shape: Shape,
  shapes: ReadonlyMap<string, Shape>,
  grids: ReadonlyMap<string, Grid>,
): Grid | undefined {
  const [height = 0, width = 0] = shape;
  if (shape.length === 3) return { height, width, isTurned: false };
  if (shape.length !== 2) return undefined;
  const [source = ''] = inputs;
  if (layer.op === 'tokens') {
    const [rows = 0, columns = 0] = shapes.get(source) ?? [];
    return { height: rows, width: columns, isTurned: false };
  }
  const grid = grids.get(source);
  return grid && layer.op === 'transpose' ? { ...grid, isTurned: !grid.isTurned } : grid;
}

function lacking(who: string): never {
  const message = `${who} has no feature map of more than one place to compare: choose another loss, such as kd.`;
  throw new WorkbenchError('teacher.mismatch', message, { field: 'recipe.distillation.loss' });
}
