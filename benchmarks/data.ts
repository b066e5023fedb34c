/**
 * Whether training waits for photographs that lie on the disk: an epoch of them in batches that
 * are read ahead, the same steps on one batch over and over, and reading alone, in turns.
 *
 *   npm run bench:data -- [--images 10000] [--side 224] [--batch 64] [--steps N] [--family resnet]
 *       [--rounds 1] [--folder DIR]
 *
 * The photographs are JPEG files of waves in noise, half as large again as the side, made and
 * imported in a process of its own by the product's importer; `--folder` keeps what was imported
 * for the next time. `--steps` trains so many steps instead of an epoch. The last line is JSON:
 * seconds for as many steps of training alone, of reading alone and of both, the share of the last
 * that training waited for bytes, milliseconds of a batch of bytes becoming numbers (`convertMs`)
 * and of one of a resident set being put together (`gatherMs`), and the peaks of memory.
 */
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { gatherImages, openImages, residentImages } from '../src/compute/data/augment.ts';
import type { Images, StreamedImages } from '../src/compute/data/augment.ts';
import { loadDataset } from '../src/compute/data/dataset.ts';
import type { Dataset } from '../src/compute/data/dataset.ts';
import { importDataset } from '../src/compute/data/import/import-dataset.ts';
import { inParallel } from '../src/compute/data/import/fit.ts';
import { span } from '../src/compute/data/rows.ts';
import { createModel } from '../src/compute/model/model.ts';
import { train } from '../src/compute/training/trainer.ts';
import { studentFamily } from '../src/core/arch/families/registry.ts';
import { median } from '../src/core/math/quantile.ts';
import { createRng, split } from '../src/core/math/rng.ts';
import { imageRecipe } from '../src/core/data-kinds.ts';

const CLASSES = 10;
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '10000' },
    side: { type: 'string', default: '224' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string' },
    family: { type: 'string', default: 'resnet' },
    rounds: { type: 'string', default: '1' },
    folder: { type: 'string' },
    importing: { type: 'string' },
  },
});
const images = Number(values.images);
const side = Number(values.side);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};
const peakMegabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
const free = (): Promise<void> => Promise.resolve();

if (values.importing === undefined) await measure();
else await makeAndImport(values.importing);

/** Photograph number `index`: waves whose direction is its class, in noise. */
async function photograph(index: number, file: string): Promise<void> {
  const [width, height] = [Math.round(1.5 * side), Math.round(1.125 * side)];
  const rng = createRng(split(1, index));
  const angle = (Math.PI * (index % CLASSES)) / CLASSES;
  const [x, y] = [0.2 * Math.cos(angle), 0.2 * Math.sin(angle)];
  const pixels = new Uint8Array(width * height * 3);
  const noise = Float64Array.from({ length: 4096 }, () => 60 * rng.uniform());
  for (let place = 0; place < width * height; place += 1) {
    const wave = 90 + 60 * Math.sin(x * (place % width) + y * Math.floor(place / width));
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[3 * place + channel] = wave + (noise[(place * (7 + channel) + index) % 4096] ?? 0);
    }
  }
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toFile(file);
}

async function makeAndImport(folder: string): Promise<void> {
  const photographs = join(folder, 'photographs');
  const total = Math.ceil(images * 1.02);
  const fileOf = (index: number): string => join(photographs, `class ${index % CLASSES}`, `${index}.jpg`);
  for (let label = 0; label < CLASSES; label += 1) mkdirSync(join(photographs, `class ${label}`), { recursive: true });
  await inParallel(total, free, (index) => photograph(index, fileOf(index)));
  const before = peakMegabytes();
  const options = {
    ...{ side, fit: 'crop' as const, gray: false, coarse: false, seed: 1 },
    shares: { val: 0.01, test: 0.01 },
  };
  const input = { path: photographs, source: 'bench', name: 'bench', title: 'Bench', date: '2026-01-01', options };
  const took = await seconds(() => importDataset(input, join(folder, 'made'), free, () => () => undefined));
  rmSync(photographs, { recursive: true });
  process.send?.({ seconds: took, perSecond: total / took, peakMegabytes: peakMegabytes(), beforeMegabytes: before });
}

/** Makes the set where it is not there yet; what its import took. */
async function imported(folder: string, set: string): Promise<unknown> {
  if (existsSync(set)) return undefined;
  say(`making ${images} photographs and importing them …`);
  const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--importing', folder]);
  let told: unknown;
  child.on('message', (message) => (told = message));
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`The importing process ended with ${String(code)}`);
  renameSync(join(folder, 'made'), set);
  return told;
}

async function measure(): Promise<void> {
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'bench-data-'));
  mkdirSync(folder, { recursive: true });
  const set = join(folder, `set-${images}-${side}`);
  try {
    const importing = await imported(folder, set);
    const { version, threads } = await loadBackend();
    const began = performance.now();
    const dataset = loadDataset(set);
    const openSeconds = (performance.now() - began) / 1000;
    const figures = { openSeconds, ...(await measureTraining(dataset)) };
    dataset.close();
    const facts = { images, side, batch: Number(values.batch), family: values.family, version, threads };
    const machine = { cores: availableParallelism(), peakMegabytes: peakMegabytes() };
    process.stdout.write(`${JSON.stringify({ ...facts, importing, ...figures, ...machine })}\n`);
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function measureTraining(dataset: Dataset) {
  const { card, normalisation } = dataset;
  const data = openImages(dataset.split('train'), card.shape, normalisation);
  if (!('stream' in data)) throw new Error('These images are small enough to be in memory: choose a larger side');
  const { build, reference } = studentFamily(values.family, { inputShape: card.shape, classes: CLASSES });
  const recipe = imageRecipe({ epochs: 1, batchSize: Number(values.batch), distillation: { loss: 'none' } });
  const most = Math.floor(data.count / recipe.batchSize);
  const steps = Math.min(most, Number(values.steps ?? most));
  const model = createModel(build(reference));
  const enough = new Error('enough steps were measured');
  const trained = async (streamed: StreamedImages): Promise<number> => {
    let done = -1;
    let start = 0;
    const count = async (): Promise<void> => {
      done += 1;
      // The first step makes what the others reuse.
      if (done === 1) start = performance.now();
      if (done > steps) throw enough;
    };
    const task = { model, recipe: { ...recipe, epochs: 2 }, seed: 1, train: streamed };
    const few = { ...streamed, count: 1 };
    const end = train({ ...task, validation: few, validationLabels: new Uint8Array(1) }, { yieldToEvents: count });
    await end.catch((error: unknown) => {
      if (error !== enough) throw error;
    });
    return (performance.now() - start) / 1000;
  };
  const meter = { ms: 0 };
  const rounds = { alone: [] as number[], reading: [] as number[], both: [] as number[], waited: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    rounds.alone.push(await trained(repeatedBatch(data, recipe.batchSize)));
    say(`training alone: ${rounds.alone.at(-1)?.toFixed(1)} s`);
    rounds.reading.push(await seconds(() => readAll(data, recipe.batchSize, steps)));
    say(`reading alone: ${rounds.reading.at(-1)?.toFixed(1)} s`);
    meter.ms = 0;
    const both = await trained(metered(data, meter));
    rounds.both.push(both);
    rounds.waited.push(meter.ms / 1000 / both);
    say(`both: ${both.toFixed(1)} s, ${(meter.ms / 10 / both).toFixed(1)} % of it waiting`);
  }
  const converting = conversion(dataset, data, recipe.batchSize);
  data.dispose();
  const [alone, both] = [median(rounds.alone), median(rounds.both)];
  return {
    ...{ steps, aloneSeconds: alone, readingSeconds: median(rounds.reading), bothSeconds: both },
    ...{ bothOverAlone: both / alone, waitedShare: median(rounds.waited), ...converting },
  };
}

/** The same bytes whatever is asked for: what is left is training, and making numbers of them. */
function repeatedBatch(data: StreamedImages, size: number): StreamedImages {
  const pixels = data.stream.take(span(0, size));
  return {
    ...data,
    stream: { prepare: free, take: ({ length }) => pixels.subarray(0, (pixels.length / size) * length) },
  };
}

/** Milliseconds of a batch of bytes becoming numbers on the device, and of one of a resident set
 * being put together. */
function conversion(dataset: Dataset, streamed: StreamedImages, size: number) {
  const { card, normalisation } = dataset;
  const samples = span(0, size);
  const split = { count: size, pixels: streamed.stream.take(samples), labels: new Uint8Array(size) };
  const resident = residentImages(split, card.shape, normalisation);
  const timesOf = (images: Images): number[] =>
    Array.from({ length: 30 }, () => {
      const start = performance.now();
      gatherImages(images, samples).dispose();
      return performance.now() - start;
    });
  const repeated = repeatedBatch(streamed, size);
  const found = { convertMs: median(timesOf(repeated)), gatherMs: median(timesOf(resident)) };
  resident.dispose();
  return found;
}

/** Counts the milliseconds that training waits for bytes. */
function metered(data: StreamedImages, meter: { ms: number }): StreamedImages {
  const { stream } = data;
  return {
    ...data,
    stream: {
      prepare: async (samples, next) => {
        const start = performance.now();
        await stream.prepare(samples, next);
        meter.ms += performance.now() - start;
      },
      take: (samples) => {
        const start = performance.now();
        const batch = stream.take(samples);
        meter.ms += performance.now() - start;
        return batch;
      },
    },
  };
}

async function readAll(data: StreamedImages, size: number, steps: number): Promise<void> {
  const order = createRng(1).shuffle([...Array(data.count).keys()]);
  const batchAt = (step: number): Int32Array => Int32Array.from(order.slice(step * size, (step + 1) * size));
  for (let step = 0; step < steps; step += 1) {
    await data.stream.prepare(batchAt(step), batchAt(step + 1));
    gatherImages(data, batchAt(step)).dispose();
  }
}
