/**
 * WAV files as spectrograms: a folder for each class of them, or a table that names them. Headers
 * are looked at first: they decide the rate, and how long an example is. Of a long file no more is
 * in memory than one example takes.
 */
import { readdirSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import type { SpectrogramForm } from '../../../core/records/example.ts';
import { framesOf, logMel } from '../sound/log-mel.ts';
import { reachOf, resampled } from '../sound/resample.ts';
import { SPEECH } from '../sound/speech.ts';
import { BrokenWav, openWav, readWav } from '../sound/wav.ts';
import type { WavFile } from '../sound/wav.ts';
import { isCsvFolder, readCsvSource } from './csv-source.ts';
import { inParallel } from './fit.ts';
import { readFolderSource } from './folder-source.ts';
import { IMAGE_EXTENSIONS } from './image-files.ts';
import { groupsOf, placeIn } from './labelled-files.ts';
import type { LabelledFile, Medium } from './labelled-files.ts';
import { BrokenFile, mapParts, unlessBroken, unusable } from './source.ts';
import type { Decoded, Parts, Source, SourceImages, SourceRequest } from './source.ts';

const EXTENSIONS: readonly string[] = ['.wav', '.wave'];
const SOUND: Medium = { extensions: EXTENSIONS, formats: 'WAV', noun: 'recording', read: soundFiles };

/** Each is named where they are few. */
const MOST_NAMED = 10;
/** A recording is called clipped where more than this share of its samples is at the limit. */
const CLIPPED_SHARE = 1e-3;
/** Frames of a picture: networks shrink it as they go. */
const LEAST_FRAMES = 8;
/** Sound is kept for playing where all of it takes no more. */
const KEPT_BYTES = 512 * 2 ** 20;

export function readSoundSource(request: SourceRequest): Promise<Source> {
  const { path, options } = request;
  const isTable = options.csv !== undefined || isCsvFolder(path, readdirSync(path));
  return (isTable ? readCsvSource : readFolderSource)(request, SOUND);
}

/** By the first file, in the order of names, that is an image or sound. */
export function holdsSound(path: string): boolean {
  return firstKnown(path) === 'sound';
}

/** Links to folders are followed where classes may be; further down they may lead back. */
function firstKnown(path: string, linksLeft = 2): 'sound' | 'image' | undefined {
  const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
  const isLinked = (name: string): boolean =>
    linksLeft > 0 && (statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory() ?? false);
  const folders = entries.filter((one) => one.isDirectory() || (one.isSymbolicLink() && isLinked(one.name)));
  for (const { name } of entries) {
    const end = extname(name).toLowerCase();
    if (EXTENSIONS.includes(end)) return 'sound';
    if (IMAGE_EXTENSIONS.includes(end)) return 'image';
  }
  for (const { name } of folders) {
    const found = firstKnown(join(path, name), linksLeft - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One example: so many of a recording's windows come before it. */
interface Piece extends LabelledFile {
  readonly wav: WavFile;
  readonly number: number;
}

interface Plan {
  readonly example: SpectrogramForm;
  readonly bands: number;
  readonly frames: number;
  /** Of one example. */
  readonly length: number;
}

async function soundFiles(
  request: SourceRequest,
  classes: readonly string[],
  files: Parts<readonly LabelledFile[]>,
  warnings: readonly string[],
): Promise<Source> {
  const { path, faults, yieldToEvents, report } = request;
  const total = Object.values(files).reduce((sum, part) => sum + part.length, 0);
  let done = 0;
  const opened = await mapParts(files, async (part) => {
    const pieces = new Array<Piece | undefined>(part.length).fill(undefined);
    await inParallel(part.length, yieldToEvents, async (index) => {
      const one = part[index];
      if (one === undefined) return;
      const wav = await unlessBroken(faults, async () => told(one.file, () => openWav(one.file)));
      pieces[index] = wav && { ...one, wav, number: 0 };
      report((done += 1), total);
    });
    return pieces.filter((piece) => piece !== undefined);
  });
  const all = Object.values(opened).flat();
  // What is broken is told before what follows from it.
  if (all.length === 0) faults.assertNone();
  const [first] = all;
  if (first === undefined) throw unusable(path, 'none of its recordings can be read');
  const plan = planOf(
    path,
    all.map(({ wav }) => wav),
    request,
  );
  const cut = await mapParts(opened, async (part) => part.flatMap((piece) => piecesOf(piece, plan, request)));
  const findings = createFindings(path);
  const picture = logMel(plan.example, plan.bands);
  const isKept = keepsSound(Object.values(cut).flat().length, plan, request);
  const { groups, columnsOf } = groupsOf(cut);
  return {
    ...{ classes, example: plan.example, ...(isKept && { samples: plan.length }), ...(groups && { groups }) },
    parts: await mapParts(cut, async (part) => {
      const names = isCut(request.options) && part.map(({ file }) => placeIn(path, file));
      return { ...examplesIn(part, plan, picture, isKept, findings), ...columnsOf(part), ...(names && { names }) };
    }),
    warnings: [
      ...warnings,
      ...warningsOf(
        all.map(({ wav }) => wav),
        plan,
        request,
      ),
      ...keptWords(isKept, request),
    ],
    found: findings.words,
  };
}

/** Throws `BrokenFile` for `BrokenWav`. */
function told<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BrokenWav) throw new BrokenFile(file, error.message, error);
    throw error;
  }
}

function planOf(path: string, wavs: readonly WavFile[], { options }: SourceRequest): Plan {
  const { sound } = options;
  const lowestRate = wavs.reduce((least, wav) => Math.min(least, wav.rate), Infinity);
  const rate = sound?.rate ?? Math.min(SPEECH.rate, lowestRate);
  const longest = wavs.reduce((most, wav) => Math.max(most, wav.frames / wav.rate), 0);
  const seconds = sound?.seconds ?? Math.min(SPEECH.seconds, longest);
  const [bands, hopMs] = [sound?.bands ?? SPEECH.bands, sound?.hop ?? SPEECH.hopMs];
  const samples = (ms: number): number => Math.max(1, Math.round((rate * ms) / 1000));
  const [window, hop, length] = [samples(SPEECH.windowMs), samples(hopMs), samples(1000 * seconds)];
  const frames = framesOf(length, { window, hop });
  if (frames < LEAST_FRAMES) {
    const now = `${Number(seconds.toFixed(3))} s are ${frames} frames of ${SPEECH.windowMs} ms every ${hopMs} ms`;
    throw unusable(
      path,
      `${now}, and ${LEAST_FRAMES} are the least; choose more seconds (--seconds), or a shorter hop`,
    );
  }
  const example = {
    ...({ kind: 'spectrogram', rate, window, hop } as const),
    ...{ lowest: SPEECH.lowest, highest: rate / 2, floor: SPEECH.floor },
  };
  return { example, bands, frames, length };
}

/** A recording is one example, of its beginning. */
const isCut = ({ sound }: SourceRequest['options']): boolean => sound?.long !== 'windows';

/** All windows of a recording are one group, where nothing else says what is one. */
function piecesOf(piece: Piece, { length, example }: Plan, { path, options }: SourceRequest): readonly Piece[] {
  if (isCut(options)) return [piece];
  const { wav, file, group = relative(path, file) } = piece;
  const count = Math.max(1, Math.round((wav.frames * example.rate) / wav.rate / length));
  return Array.from({ length: count }, (_, number) => ({ ...piece, group, number }));
}

function examplesIn(
  pieces: readonly Piece[],
  { example, length, bands, frames }: Plan,
  picture: (samples: Float32Array) => Uint8Array,
  isKept: boolean,
  findings: Findings,
): SourceImages {
  return {
    ...{ size: { height: bands, width: frames }, channels: 1, labels: Uint8Array.from(pieces, ({ label }) => label) },
    read: async (index): Promise<Decoded> => {
      const piece = pieces[index];
      if (piece === undefined) throw new Error(`There is no recording ${index}`);
      const samples = told(piece.file, () => samplesOf(piece, example.rate, length, findings));
      return { pixels: picture(samples), ...(isKept && { sound: bytesOf(samples) }) };
    },
  };
}

/** `[length]` at this rate; silence where the recording ends before. */
function samplesOf({ wav, number }: Piece, rate: number, length: number, findings: Findings): Float32Array {
  const start = number * length;
  const reach = wav.rate === rate ? 0 : reachOf(wav.rate, rate);
  const first = Math.max(0, Math.floor((start * wav.rate) / rate) - reach);
  const end = Math.ceil(((start + length) * wav.rate) / rate) + reach;
  const { samples, peaks } = readWav(wav, first, end - first);
  findings.note(wav, samples, peaks);
  // Where in its own samples the example begins need not be a whole number.
  return resampled(samples, wav.rate, rate, length, start - (first * rate) / wav.rate);
}

function bytesOf(samples: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(2 * samples.length);
  samples.forEach((value, index) => {
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(32_768 * value))), 2 * index);
  });
  return bytes;
}

const keepsSound = (count: number, { length }: Plan, { options }: SourceRequest): boolean =>
  (options.sound?.recordings ?? true) && 2 * count * length <= KEPT_BYTES;

const keptWords = (isKept: boolean, { options }: SourceRequest): readonly string[] =>
  isKept || options.sound?.recordings === false
    ? []
    : [`The sound itself takes more than ${KEPT_BYTES / 2 ** 20} MB, and was not kept: it cannot be played.`];

interface Findings {
  readonly note: (wav: WavFile, samples: Float32Array, peaks: number) => void;
  readonly words: () => readonly string[];
}

function createFindings(path: string): Findings {
  const [clipped, silent] = [new Set<string>(), new Set<string>()];
  const named = (files: ReadonlySet<string>): string => {
    const names = [...files].sort();
    const rest = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : '';
    return names.slice(0, MOST_NAMED).join(', ') + rest;
  };
  return {
    note: ({ file, channels }, samples, peaks) => {
      if (peaks > CLIPPED_SHARE * samples.length * channels) clipped.add(relative(path, file));
      if (samples.every((value) => value === 0)) silent.add(relative(path, file));
    },
    words: () => [
      ...(clipped.size > 0 ? [`Clipped, as loud as the file can hold: ${named(clipped)}.`] : []),
      ...(silent.size > 0 ? [`Silent for the whole of an example: ${named(silent)}.`] : []),
    ],
  };
}

function warningsOf(
  wavs: readonly WavFile[],
  { example, length }: Plan,
  { options }: SourceRequest,
): readonly string[] {
  const { rate } = example;
  const count = (test: (wav: WavFile) => boolean): number => wavs.filter(test).length;
  const others = [...new Set(wavs.map((wav) => wav.rate))].filter((one) => one !== rate).sort((a, b) => a - b);
  const lengthOf = (wav: WavFile): number => Math.floor((wav.frames * rate) / wav.rate);
  const [many, longer, shorter] = [
    count(({ channels }) => channels > 1),
    count((wav) => lengthOf(wav) > length),
    count((wav) => lengthOf(wav) < length),
  ];
  const seconds = Number((length / rate).toFixed(3));
  return [
    ...(others.length > 0
      ? [`Resampled to ${rate} Hz: ${plural(count((wav) => wav.rate !== rate))} of ${others.join(', ')} Hz.`]
      : []),
    ...(many > 0 ? [`Of several channels, of which the mean was taken: ${plural(many)}.`] : []),
    ...(longer > 0
      ? [`Longer than ${seconds} s, ${isCut(options) ? 'cut there' : 'cut into windows'}: ${plural(longer)}.`]
      : []),
    ...(shorter > 0 ? [`Shorter than ${seconds} s, with silence after it: ${plural(shorter)}.`] : []),
  ];
}

const plural = (count: number): string => (count === 1 ? '1 recording' : `${count} recordings`);
