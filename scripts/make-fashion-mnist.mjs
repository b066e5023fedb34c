/**
 * Makes `resources/datasets/fashion-mnist/` from the four IDX files of Debian's package
 * `dataset-fashion-mnist` (apt-get install dataset-fashion-mnist). The same source gives the same
 * bytes.
 *
 *   node scripts/make-fashion-mnist.mjs [SOURCE_DIR] [OUT_DIR]
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const SOURCE_DIR = '/usr/share/datasets/fashion-mnist';
const OUT_DIR = fileURLToPath(new URL('../resources/datasets/fashion-mnist', import.meta.url));

const CLASSES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];
const SPLIT = Object.freeze({ seed: 1, trainPerClass: 1000, validationPerClass: 500 });
const RULE =
  'Within each class the indices of the source training set, in ascending order, are shuffled (Fisher-Yates from the ' +
  'end, mulberry32 seeded with seed + class). The first 1,000 of each class are "train", the next 500 ' +
  '"val", the other ' +
  '4,500 belong to the teacher and are not bundled. Each split is dealt class by class (0, 1, ..., 9, 0, 1, ...), so ' +
  'that every prefix is balanced. "test" is the whole source test set in its own order.';

/**
 * Cuts the 60,000 training images into the three disjoint sets that the project uses; see RULE.
 * @param {Uint8Array} labels class of each image of the source training set, values 0 to 9
 * @returns {{ train: number[], val: number[], teacher: number[] }} indices into the source training
 * set
 */
export function splitIndices(labels) {
  const shuffled = CLASSES.map((_, label) => {
    const ofClass = [];
    labels.forEach((value, index) => value === label && ofClass.push(index));
    return shuffle(ofClass, mulberry32(SPLIT.seed + label));
  });
  const { trainPerClass, validationPerClass } = SPLIT;
  const cut = trainPerClass + validationPerClass;
  return {
    train: deal(shuffled.map((ofClass) => ofClass.slice(0, trainPerClass))),
    val: deal(shuffled.map((ofClass) => ofClass.slice(trainPerClass, cut))),
    teacher: deal(shuffled.map((ofClass) => ofClass.slice(cut))),
  };
}

/** Tommy Ettinger's mulberry32: a 32-bit generator of uniform numbers in [0, 1). */
function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffle(items, random) {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other], items[last]];
  }
  return items;
}

/** Deals the piles out in turns: first of each, second of each, and so on until all are empty. */
function deal(piles) {
  const longest = Math.max(...piles.map((pile) => pile.length));
  const turns = Array.from({ length: longest }, (_, turn) => piles.map((pile) => pile[turn]));
  return turns.flat().filter((index) => index !== undefined);
}

/** Reads a gzipped IDX file of unsigned bytes and checks its header. */
function readIdx(path, rank) {
  const bytes = gunzipSync(readFileSync(path));
  if (bytes.readUInt32BE(0) !== 0x0800 + rank) throw new Error(`${path}: not an IDX file of ${rank}-d unsigned bytes`);
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const data = bytes.subarray(4 + 4 * rank);
  if (data.length !== shape.reduce((a, b) => a * b)) throw new Error(`${path}: its size does not fit its header`);
  return { shape, data };
}

/** @returns {Buffer} IDX file of the chosen rows */
function encodeIdx({ shape, data }, indices) {
  const rowBytes = data.length / shape[0];
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length, 0);
  [indices.length, ...shape.slice(1)].forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  const rows = indices.map((index) => data.subarray(index * rowBytes, (index + 1) * rowBytes));
  return Buffer.concat([header, ...rows]);
}

/** gzip without a time and without the name of the operating system, so that it is the same
 * everywhere. */
function gzip(bytes) {
  const zipped = gzipSync(bytes, { level: 9 });
  zipped.writeUInt32LE(0, 4);
  zipped.writeUInt8(255, 9);
  return zipped;
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function writeFile(outDir, name, content) {
  const zipped = gzip(content);
  writeFileSync(join(outDir, name), zipped);
  return { file: name, bytes: zipped.length, sha256: sha256(zipped), contentSha256: sha256(content) };
}

function makeDataset(sourceDir, outDir) {
  const source = (name) => join(sourceDir, name);
  const training = {
    images: readIdx(source('train-images-idx3-ubyte.gz'), 3),
    labels: readIdx(source('train-labels-idx1-ubyte.gz'), 1),
  };
  const testing = {
    images: readIdx(source('t10k-images-idx3-ubyte.gz'), 3),
    labels: readIdx(source('t10k-labels-idx1-ubyte.gz'), 1),
  };
  const cut = splitIndices(training.labels.data);
  const wholeTest = Array.from(testing.labels.data.keys());
  mkdirSync(outDir, { recursive: true });
  const makeSplit = (name, { images, labels }, indices) => ({
    count: indices.length,
    images: writeFile(outDir, `${name}-images.idx3.gz`, encodeIdx(images, indices)),
    labels: writeFile(outDir, `${name}-labels.idx1.gz`, encodeIdx(labels, indices)),
  });
  const description = {
    id: 'fashion-mnist',
    title: 'Fashion-MNIST',
    licence: 'MIT',
    copyright: 'Copyright 2017 Zalando SE, https://tech.zalando.com',
    source: 'https://github.com/zalandoresearch/fashion-mnist, by way of the Debian package dataset-fashion-mnist',
    shape: [28, 28, 1],
    classes: CLASSES,
    splits: {
      train: makeSplit('train', training, cut.train),
      val: makeSplit('val', training, cut.val),
      test: makeSplit('test', testing, wholeTest),
    },
    selection: {
      rule: RULE,
      ...SPLIT,
      sourceTrainingImagesSha256: sha256(training.images.data),
      sourceTrainingLabelsSha256: sha256(training.labels.data),
      trainIndicesSha256: sha256(Buffer.from(JSON.stringify(cut.train))),
      valIndicesSha256: sha256(Buffer.from(JSON.stringify(cut.val))),
      teacherIndicesSha256: sha256(Buffer.from(JSON.stringify(cut.teacher))),
    },
  };
  writeFileSync(join(outDir, 'dataset.json'), `${JSON.stringify(description, undefined, 2)}\n`);
  return description;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [sourceDir = SOURCE_DIR, outDir = OUT_DIR] = process.argv.slice(2);
  try {
    const { splits } = makeDataset(sourceDir, outDir);
    for (const [name, { count, images }] of Object.entries(splits)) {
      console.log(`${name}: ${count} images, ${(images.bytes / 1e6).toFixed(1)} MB`);
    }
  } catch (error) {
    console.error(`Could not make Fashion-MNIST from ${sourceDir}: ${error.message}`);
    console.error('Install it with `apt-get install dataset-fashion-mnist`, or give the folder of its four .gz files.');
    process.exitCode = 1;
  }
}
