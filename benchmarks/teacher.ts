/**
 * How fast an ONNX file gives soft targets, beside ONNX Runtime alone on such batches, in turns.
 *
 *   npm run bench:teacher -- [--images 512] [--batch 128] [--rounds 3] [--cases 32,224,32:224]
 *       [--widths 32,64,128]
 *
 * A case is the side of the images, and that of the network's input where it is another one; more
 * than 64 pixels lie on the disk, as in a data set. The network is a ResNet-14 of the program's own
 * without what it is known by; with --widths 64,128,256,512 it is the size of a ResNet-18. The last
 * line is JSON: of each case the images a second of both, by the median round, their ratio, and how
 * much more processor time the product takes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resnetTeacher } from '../src/core/arch/families/resnet.ts';
import { median } from '../src/core/math/quantile.ts';
import { createRng } from '../src/core/math/rng.ts';
import type { OnnxReading } from '../src/core/records/teacher-card.ts';
import { loadBackend, trainerThreads } from '../src/compute/backend/load-backend.ts';
import type { Dataset, Split } from '../src/compute/data/dataset.ts';
import { openRows } from '../src/compute/data/rows.ts';
import { onnxModel } from '../src/compute/export/onnx.ts';
import { loadOnnxRuntime } from '../src/compute/export/onnxruntime.ts';
import { initialWeights, layoutOf } from '../src/compute/model/parameters.ts';
import { openOnnxFile } from '../src/compute/teachers/onnx/session.ts';
import { byteImages } from '../src/compute/teachers/onnx/images.ts';
import { logitsOf } from '../src/compute/teachers/onnx/teacher.ts';

const CLASSES = 10;
const CLASS_NAMES = Array.from({ length: CLASSES }, (_, label) => `class ${label}`);
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '512' },
    batch: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '3' },
    cases: { type: 'string', default: '32,224,32:224' },
    widths: { type: 'string', default: '32,64,128' },
  },
});
const [images, batch, rounds] = [Number(values.images), Number(values.batch), Number(values.rounds)];
const widths = values.widths.split(',').map(Number);
const normalisation = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const folder = mkdtempSync(join(tmpdir(), 'bench-teacher-'));
const free = (): Promise<void> => Promise.resolve();

interface Took {
  readonly seconds: number;
  /** Of all threads. */
  readonly processor: number;
}

async function timed(work: () => Promise<unknown>): Promise<Took> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, processor: (user + system) / 1e6 };
}

function splitOf(side: number): Split {
  const rng = createRng(1);
  const pixels = Uint8Array.from({ length: images * side * side * 3 }, () => rng.int(256));
  const labels = Uint8Array.from({ length: images }, (_, index) => index % CLASSES);
  if (side <= 64) return { count: images, labels, pixels };
  const file = join(folder, `${side}.rows`);
  writeFileSync(file, pixels);
  return { count: images, labels, rows: openRows(file, images, [side, side, 3]) };
}

async function measure(side: number, input: number) {
  const graph = resnetTeacher([input, input, 3], CLASSES, { widths });
  const file = join(folder, `${input}.onnx`);
  writeFileSync(file, onnxModel({ graph, weights: initialWeights(layoutOf(graph), 1), normalisation: IDENTITY }));
  const network = await openOnnxFile(file);
  const split = splitOf(side);
  const card = { id: 'bench', title: 'Bench', licence: '', classes: CLASS_NAMES, splits: {} };
  // Sound: of a data set its shape and its normalisation are read.
  const dataset = { card: { ...card, shape: [side, side, 3] }, normalisation } as unknown as Dataset;
  const shown = byteImages(split);
  const reading: OnnxReading = {
    ...{ input: network.inputs[0]?.name ?? '', output: network.outputs[0]?.name ?? '', layout: 'nchw', channels: 3 },
    ...{ size: [input, input], order: 'rgb', type: 'float32', normalisation, gives: 'logits', batch, isFixed: false },
    places: Array.from({ length: CLASSES }, (_, label) => label),
  };
  const ours = () => logitsOf(network, reading, { dataset, images: shown }, free, () => undefined);
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const session = await InferenceSession.create(file, {
    ...{ executionProviders: ['cpu'], graphOptimizationLevel: 'all', intraOpNumThreads: trainerThreads() },
    interOpNumThreads: 1,
  });
  const floats = new Float32Array(batch * input * input * 3).fill(0.5);
  const bare = async (): Promise<void> => {
    for (let done = 0; done < images; done += batch) {
      await session.run({ [reading.input]: new Tensor('float32', floats, [batch, 3, input, input]) });
    }
  };
  await bare();
  await ours();
  const took: { readonly ours: Took; readonly bare: Took }[] = [];
  for (let round = 0; round < rounds; round += 1) took.push({ bare: await timed(bare), ours: await timed(ours) });
  await network.dispose();
  await session.release();
  const of = (pick: (one: (typeof took)[number]) => number): number => median(took.map(pick));
  return {
    ...{ side, input, batch, threads: trainerThreads() },
    bareImagesPerSecond: Math.round(images / of(({ bare: { seconds } }) => seconds)),
    imagesPerSecond: Math.round(images / of((one) => one.ours.seconds)),
    ratio: Number(of((one) => one.bare.seconds / one.ours.seconds).toFixed(3)),
    processorRatio: Number(of((one) => one.ours.processor / one.bare.processor).toFixed(3)),
  };
}

/** Pixels are normalised before the network sees them. */
const IDENTITY = { mean: 0, deviation: 1 };

await loadBackend();
try {
  const cases = [];
  for (const one of values.cases.split(',')) {
    const [side = 0, input = side] = one.split(':').map(Number);
    const measured = await measure(side, input);
    cases.push(measured);
    process.stderr.write(`${one}: ${measured.imagesPerSecond} of ${measured.bareImagesPerSecond} images a second\n`);
  }
  process.stdout.write(`${JSON.stringify({ images, rounds, widths, cases })}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
