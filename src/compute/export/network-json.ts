/**
 * A network as one JSON file that stands alone: its architecture graph, what was done to its input,
 * what it is, and its weights as a safetensors file in base64, which every language can read.
 */
import { createHash } from 'node:crypto';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { Normalisation } from '../../core/records/teacher-card.ts';
import { weightTensors } from '../files/checkpoint.ts';
import { layoutOf } from '../model/parameters.ts';
import type { ExportPrecision } from '../tasks/export/task.ts';
import { decodeTensors, encodeTensors } from '../files/safetensors.ts';
import type { TrainedNetwork } from './onnx.ts';
import { isRounded } from './onnx-builder.ts';

const FORM = 'trade-network';
const VERSION = 1;

interface NetworkFile {
  readonly form: typeof FORM;
  readonly version: typeof VERSION;
  readonly title: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly graph: ArchitectureGraph;
  /** Of pixels from 0 to 1. */
  readonly normalisation: Normalisation;
  /** Kernels are HWIO, depthwise `[kh,kw,channels,1]`, dense `[in,out]`; of a recurrent unit
   * `[in,3 units]`, the update and reset gate's and the new state's columns in turn. */
  readonly weights: {
    readonly form: 'safetensors';
    readonly encoding: 'base64';
    readonly sha256: string;
    readonly data: string;
  };
}

export function networkJson(
  { graph, weights, normalisation }: TrainedNetwork,
  precision: ExportPrecision,
  { title, properties }: Pick<NetworkFile, 'title' | 'properties'>,
): Uint8Array {
  const tensors = weightTensors(layoutOf(graph), weights).map((tensor) => {
    return { ...tensor, half: precision === 'fp16' && isRounded(tensor.shape) };
  });
  const bytes = encodeTensors(tensors, {});
  const file: NetworkFile = {
    ...{ form: FORM, version: VERSION, title, properties, graph, normalisation },
    weights: {
      form: 'safetensors',
      encoding: 'base64',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      data: bytes.toString('base64'),
    },
  };
  return Buffer.from(`${JSON.stringify(file, undefined, 1)}\n`);
}

/** What `networkJson` wrote. Throws when the weights are not those that it hashed. */
export function readNetworkJson(bytes: Uint8Array): TrainedNetwork {
  // Sound: it is used on what this file wrote a moment ago.
  const { graph, normalisation, weights } = JSON.parse(Buffer.from(bytes).toString('utf8')) as NetworkFile;
  const data = Buffer.from(weights.data, 'base64');
  if (createHash('sha256').update(data).digest('hex') !== weights.sha256) throw new Error('The weights are damaged');
  const tensors = [...decodeTensors(data).tensors].map(([name, { values }]) => [name, values] as const);
  return { graph, normalisation, weights: new Map(tensors) };
}
