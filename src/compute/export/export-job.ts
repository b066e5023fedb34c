/** A student or a teacher as a file: read, written in memory, tried on validation images, and only
 * then put on the disk. */
import { join } from 'node:path';
import { costOf } from '../../core/arch/cost.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import { readWeights } from '../files/checkpoint.ts';
import type { Dataset } from '../data/dataset.ts';
import { layoutOf } from '../model/parameters.ts';
import type { Exported, ExportInput } from '../tasks/export/task.ts';
import type { NetworkSource } from '../tasks/inputs.ts';
import { readKnownGraph } from '../teachers/card.ts';
import { networkJson, readNetworkJson } from './network-json.ts';
import { onnxModel } from './onnx.ts';
import type { TrainedNetwork } from './onnx.ts';
import { compareLogits, onnxLogits, ownLogits, pixelsOf } from './verify.ts';
import type { Pixels } from './verify.ts';

const INPUT =
  'input: float [batch, channels, height, width], pixels from 0 to 1; the normalisation is part of the graph';
const OUTPUT = 'logits: float [batch, classes]; softmax gives probabilities';

/** Writes the file `place`. Throws `export.failed` when it would not compute what the network
 * computes; then nothing is written. */
export async function exportNetwork(
  input: ExportInput,
  dataset: Dataset,
  place: string,
  report: (stage: string) => void | Promise<void>,
): Promise<Exported> {
  const network = readNetwork(input.source, dataset);
  const pixels = pixelsFor(network, dataset);
  await report('writing the network');
  const bytes = encode(input, network, propertiesOf(input, network, dataset));
  await report(`trying it on ${pixels.count} validation examples`);
  const theirs = await logitsIn(input, network, bytes, pixels);
  const compared = compareLogits(ownLogits(network, pixels), theirs, input.precision, pixels.count);
  const file = writeAtomically(place, bytes);
  return { file, ...compared };
}

/** Throws `checkpoint.corrupt`, and `teacher.*` for a teacher. */
export function readNetwork(source: NetworkSource, dataset: Dataset): TrainedNetwork {
  if (source.kind === 'student') {
    const {
      graph,
      weights: { path, sha256 },
    } = source;
    return { graph, weights: readWeights(path, layoutOf(graph), sha256), normalisation: dataset.normalisation };
  }
  const { graph, weights, normalisation } = readKnownGraph(source, 'export and statistics of layers');
  const file = join(source.directory, weights.file);
  return { graph, weights: readWeights(file, layoutOf(graph), weights.sha256), normalisation };
}

/** Validation images to try it on. */
export function pixelsFor({ graph }: TrainedNetwork, dataset: Dataset): Pixels {
  const { shape, classes, title } = dataset.card;
  if (shape.join() === graph.inputShape.join() && classes.length === graph.classes) {
    return pixelsOf(dataset.split('val'), shape);
  }
  throw new WorkbenchError(
    'export.failed',
    `The network is for images ${graph.inputShape.join('x')} of ${graph.classes} classes, and the data set ` +
      `"${title}" now has ` +
      `${shape.join('x')} of ${classes.length}, so it cannot be tried. Put the data set back that it was trained on.`,
  );
}

function encode(input: ExportInput, network: TrainedNetwork, properties: Readonly<Record<string, string>>): Uint8Array {
  const { format, precision, card } = input;
  if (format === 'json') return networkJson(network, precision, { title: card.title, properties });
  return onnxModel(network, {
    ...{ precision, name: card.title, producerVersion: card.producerVersion, metadata: properties },
    documentation: `${card.title}\n${INPUT}\n${OUTPUT}`,
  });
}

function logitsIn({ format }: ExportInput, { graph }: TrainedNetwork, bytes: Uint8Array, pixels: Pixels) {
  return format === 'json' ? ownLogits(readNetworkJson(bytes), pixels) : onnxLogits(bytes, graph.inputShape, pixels);
}

/** Texts, as ONNX has them. */
function propertiesOf(
  { card, precision, format }: ExportInput,
  { graph, normalisation }: TrainedNetwork,
  { card: dataset }: Dataset,
): Readonly<Record<string, string>> {
  const { params, macs } = costOf(graph);
  return {
    family: graph.family,
    params: String(params),
    macs: String(macs),
    dataset: dataset.title,
    classes: JSON.stringify(dataset.classes),
    normalisation: JSON.stringify(normalisation),
    weights: precision,
    ...(format === 'onnx' && { input: INPUT, output: OUTPUT }),
    ...card.properties,
  };
}
