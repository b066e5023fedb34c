/** Exact costs of an architecture graph: shapes, weights, params, MACs and peak activation
 * memory. */
import { WorkbenchError } from '../errors.ts';
import { memoise } from '../memoise.ts';
import type { ArchitectureGraph, Layer, Shape, WeightSpec } from './graph.ts';
import { equalShapes, opSpec, shapeText, sizeOf } from './ops.ts';

export interface Cost {
  /** Trainable weights. */
  readonly params: number;
  /** Multiply-accumulates of one image (conventions: `ops.ts`). */
  readonly macs: number;
  /** Largest total of activations alive at one time, fp32, batch 1. */
  readonly peakActivationBytes: number;
}

export interface LayerCost {
  readonly id: string;
  readonly layer: Layer;
  readonly inputShapes: readonly Shape[];
  readonly shape: Shape;
  readonly params: number;
  readonly macs: number;
  /** Of its output, fp32, batch 1. */
  readonly activationBytes: number;
}

export interface NamedWeight {
  /** `${layer.id}/${spec.name}` */
  readonly name: string;
  readonly spec: WeightSpec;
  readonly layer: Layer;
}

const BYTES_PER_VALUE = 4;

/**
 * Output shape of every layer, by layer id, in the order of the layers. Throws `graph.invalid` when
 * an id repeats, an input does not come earlier, an op does not fit its inputs, or the graph does
 * not go from its input to its logits. A graph never changes, and a survey asks each of thousands
 * several times.
 */
export const inferShapes = memoise(infer);

function infer(graph: ArchitectureGraph): ReadonlyMap<string, Shape> {
  const shapes = shapesOf(graph);
  const last = graph.layers.at(-1);
  const logits = last && shapes.get(last.id);
  if (logits === undefined || !equalShapes(logits, [graph.classes])) {
    invalid(graph, `it ends in ${logits ? shapeText(logits) : 'nothing'}, not in logits [${graph.classes}]`);
  }
  return shapes;
}

/** The same of a part of a network, which may end in anything. */
function shapesOf(graph: ArchitectureGraph): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const [index, layer] of graph.layers.entries()) {
    if (shapes.has(layer.id)) invalid(graph, `two layers are called "${layer.id}"`);
    if ((layer.layer.op === 'input') !== (index === 0)) invalid(graph, 'the first layer, and no other, is the input');
    if (index === 0 && layer.inputs.length > 0) invalid(graph, `its input "${layer.id}" reads other layers`);
    shapes.set(layer.id, opSpec(layer.layer).infer(layer.layer, inputShapesOf(graph, layer, shapes), layer.id));
  }
  return shapes;
}

/** Per-layer rows, in the order of the layers. */
export function layerCosts(graph: ArchitectureGraph, shapes = inferShapes(graph)): readonly LayerCost[] {
  return graph.layers.map((layer) => {
    const inputShapes = inputShapesOf(graph, layer, shapes);
    const shape = shapes.get(layer.id) ?? [];
    const spec = opSpec(layer.layer);
    const params = spec
      .weights(layer.layer, inputShapes)
      .filter((weight) => weight.trainable)
      .reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
    const macs = spec.macs(layer.layer, inputShapes, shape);
    return { id: layer.id, layer, inputShapes, shape, params, macs, activationBytes: BYTES_PER_VALUE * sizeOf(shape) };
  });
}

export function costOf(graph: ArchitectureGraph): Cost {
  const rows = layerCosts(graph);
  return { ...sumOf(rows), peakActivationBytes: peakActivationBytes(rows) };
}

/** The same of a part of a network, from a made-up input of its own. */
export const partCosts = (part: ArchitectureGraph): Pick<Cost, 'params' | 'macs'> =>
  sumOf(layerCosts(part, shapesOf(part)));

/** The costs that a search knows before training. */
export function paramsAndMacs(graph: ArchitectureGraph): Pick<Cost, 'params' | 'macs'> {
  return sumOf(layerCosts(graph));
}

function sumOf(rows: readonly LayerCost[]): Pick<Cost, 'params' | 'macs'> {
  let [params, macs] = [0, 0];
  for (const row of rows) {
    params += row.params;
    macs += row.macs;
  }
  return { params, macs };
}

/** Every tensor of the graph, running statistics included, in the order of the layers. */
export function weightSpecs(graph: ArchitectureGraph): readonly NamedWeight[] {
  const shapes = inferShapes(graph);
  return graph.layers.flatMap((layer) =>
    opSpec(layer.layer)
      .weights(layer.layer, inputShapesOf(graph, layer, shapes))
      .map((spec) => ({ name: `${layer.id}/${spec.name}`, spec, layer })),
  );
}

/** An activation lives from its layer to its last reader; no layer computes in place, the logits
 * live to the end. */
function peakActivationBytes(rows: readonly LayerCost[]): number {
  const lastReader = new Map<string, number>();
  const bytes = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    bytes.set(row.id, row.activationBytes);
    for (const read of [row.id, ...row.layer.inputs]) lastReader.set(read, index);
  }
  let alive = 0;
  let peak = 0;
  for (const [index, row] of rows.entries()) {
    const workspace = opSpec(row.layer.layer).workspace?.(row.layer.layer, row.inputShapes) ?? 0;
    alive += row.activationBytes;
    peak = Math.max(peak, alive + BYTES_PER_VALUE * workspace);
    for (const read of new Set([row.id, ...row.layer.inputs])) {
      if (lastReader.get(read) === index) alive -= bytes.get(read) ?? 0;
    }
  }
  return peak;
}

function inputShapesOf(graph: ArchitectureGraph, layer: Layer, shapes: ReadonlyMap<string, Shape>): readonly Shape[] {
  if (layer.layer.op === 'input') return [graph.inputShape];
  return layer.inputs.map((id) => shapes.get(id) ?? invalid(graph, `"${layer.id}" reads "${id}", no earlier layer`));
}

function invalid(graph: ArchitectureGraph, problem: string): never {
  throw new WorkbenchError('graph.invalid', `The ${graph.family} graph is not sound: ${problem}.`);
}
