/** Images of 8 x 8 that are red, green or neither, in noise; and ONNX files of the network that
 * tells them apart by the means of their channels. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRng } from '../../../src/core/math/rng.ts';
import { encodeOnnx } from '../../../src/compute/export/encode-onnx.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../../src/compute/export/encode-onnx.ts';
import { idxBytes } from './tiny-dataset.ts';

export const COLOUR = { side: 8, classes: ['red', 'green', 'neither'], train: 60, val: 45, test: 30 } as const;

export interface ColourCounts {
  readonly train: number;
  readonly val: number;
  readonly test: number;
  /** How much brighter the channel of an image's class is. */
  readonly strength: number;
}

/** `strength` of less than 90: some are hard to tell. */
export function writeColourDataset(directory: string, counts: ColourCounts = { ...COLOUR, strength: 90 }): string {
  mkdirSync(directory, { recursive: true });
  const splits = (['train', 'val', 'test'] as const).map((name, index) => {
    const count = counts[name];
    const { pixels, labels } = imagesOf(count, counts.strength, index + 1);
    const files = { images: `${name}-images.gz`, labels: `${name}-labels.gz` };
    writeFileSync(join(directory, files.images), gzipSync(idxBytes([count, COLOUR.side, COLOUR.side, 3], pixels)));
    writeFileSync(join(directory, files.labels), gzipSync(idxBytes([count], labels)));
    return [name, { count, images: { file: files.images }, labels: { file: files.labels } }] as const;
  });
  const card = {
    ...{ id: 'colour', title: 'Colours', shape: [COLOUR.side, COLOUR.side, 3], classes: COLOUR.classes },
    splits: Object.fromEntries(splits),
  };
  writeFileSync(join(directory, 'dataset.json'), JSON.stringify(card));
  return directory;
}

/** Class 0 is redder, class 1 greener. */
function imagesOf(
  count: number,
  strength: number,
  seed: number,
): { readonly pixels: Uint8Array; readonly labels: Uint8Array } {
  const rng = createRng(seed);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 3);
  const pixels = Uint8Array.from({ length: count * COLOUR.side ** 2 * 3 }, (_, place) => {
    const label = labels[Math.floor(place / (COLOUR.side ** 2 * 3))];
    return (label !== 2 && place % 3 === label ? strength : 0) + rng.int(100);
  });
  return { pixels, labels };
}

export interface ColourNetwork {
  readonly layout?: 'nchw' | 'nhwc';
  /** Of its input: a name is free. */
  readonly batch?: number | string;
  readonly side?: number | string;
  /** What it takes for 255. */
  readonly white?: number;
  /** Channel of red, of green and of blue. */
  readonly order?: readonly [number, number, number];
  /** Output of each class. */
  readonly places?: readonly number[];
  readonly softmax?: boolean;
  /** A weight of its last layer. */
  readonly weight?: number;
  readonly change?: (graph: OnnxGraph) => OnnxGraph;
}

const floats = (name: string, dims: readonly number[], values: readonly number[]): OnnxTensor => ({
  ...{ name, dims, type: 'float', bytes: new Uint8Array(Float32Array.from(values).buffer) },
});
const node = (type: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}) => ({
  ...{ type, name: output, inputs, outputs: [output], attributes },
});

/** Scores are red - blue, green - blue and 10 (.75 - red - green - blue), of means from 0 to 1: all
 * validation images are right. In any other scale and order some are wrong. */
export function colourNetwork(network: ColourNetwork = {}): Uint8Array {
  const { layout = 'nchw', batch = 'n', side = COLOUR.side, white = 1, order = [0, 1, 2], softmax = false } = network;
  const places = network.places ?? [0, 1, 2];
  const outputs = Math.max(...places) + 1;
  const weights = new Array<number>(3 * outputs).fill(0);
  const [red = 0, green = 0, neither = 0] = places;
  const scale = 5 / white;
  weights[order[0] * outputs + red] = network.weight ?? scale;
  weights[order[2] * outputs + red] = -scale;
  weights[order[1] * outputs + green] = scale;
  weights[order[2] * outputs + green] = -scale;
  for (const channel of order) weights[channel * outputs + neither] = -10 * scale;
  const bias = new Array<number>(outputs).fill(-100);
  bias[red] = 0;
  bias[green] = 0;
  bias[neither] = 5 * 10 * 0.75;
  const sizes = layout === 'nchw' ? [batch, 3, side, side] : [batch, side, side, 3];
  const graph: OnnxGraph = {
    name: 'colours',
    nodes: [
      ...(layout === 'nhwc' ? [node('Transpose', ['pixels'], 'planes', { perm: { ints: [0, 3, 1, 2] } })] : []),
      node('GlobalAveragePool', [layout === 'nhwc' ? 'planes' : 'pixels'], 'means'),
      node('Flatten', ['means'], 'flat'),
      node('Gemm', ['flat', 'weights', 'bias'], softmax ? 'scores' : 'answers'),
      ...(softmax ? [node('Softmax', ['scores'], 'answers', { axis: { int: 1 } })] : []),
    ],
    initializers: [floats('weights', [3, outputs], weights), floats('bias', [outputs], bias)],
    inputs: [{ name: 'pixels', dims: sizes }],
    outputs: [{ name: 'answers', dims: [batch, outputs] }],
    values: [],
  };
  return encodeOnnx({
    ...{ irVersion: 9, opset: 20, producer: { name: 'test', version: '0' }, documentation: '', metadata: {} },
    graph: network.change?.(graph) ?? graph,
  });
}
