/**
 * WAV files (RIFF, RIFX): the header is looked at, and samples are read by position, so that a
 * long file takes no more memory than what is wanted of it. Multimedia Programming Interface and
 * Data Specifications 1.0 (1991); WAVE_FORMAT_EXTENSIBLE as Microsoft describes it.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { messageOf } from '../../../core/errors.ts';
import { codecOf } from './codecs.ts';
import type { Codec } from './codecs.ts';

export interface WavFile {
  readonly file: string;
  /** Samples a second. */
  readonly rate: number;
  readonly channels: number;
  /** Samples of each channel. */
  readonly frames: number;
  readonly codec: Codec;
  readonly isBigEndian: boolean;
  /** Where the first sample lies. */
  readonly offset: number;
}

/** What is wrong with a file, for a sentence that names it. */
export class BrokenWav extends Error {}

const RATES = { least: 1000, most: 384_000 } as const;
const MOST_CHANNELS = 64;
/** No sound file has more; one that boasts of them is not walked through. */
const MOST_CHUNKS = 1000;
/** Who writes to a pipe cannot know the size. */
const UNKNOWN_SIZE = 0xffffffff;
const FRAMES_AT_ONCE = 1 << 15;

const OTHERS: readonly (readonly [words: string, at: number, beginning: string])[] = [
  ['an MP3 file', 0, 'ID3'],
  ['an Ogg file', 0, 'OggS'],
  ['a FLAC file', 0, 'fLaC'],
  ['an AIFF file', 0, 'FORM'],
  ['an MP4 file', 4, 'ftyp'],
  ['a Matroska or WebM file', 0, '\x1aE\xdf\xa3'],
  ['a WAV file of 64 bits (RF64)', 0, 'RF64'],
];

/** Looks at the header alone. Throws `BrokenWav`. */
export function openWav(file: string): WavFile {
  return withFile(file, (handle, size) => {
    const head = bytesAt(handle, 0, 12);
    const form = head.toString('latin1', 0, 4);
    if (size === 0) throw new BrokenWav('it is empty');
    if ((form !== 'RIFF' && form !== 'RIFX') || head.toString('latin1', 8, 12) !== 'WAVE') throw noWav(head);
    const isBigEndian = form === 'RIFX';
    const uint32 = (bytes: Buffer, at: number): number =>
      isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    let format: Format | undefined;
    let place = 12;
    for (let chunk = 0; chunk < MOST_CHUNKS && place + 8 <= size; chunk += 1) {
      const header = bytesAt(handle, place, 8);
      const [name, announced] = [header.toString('latin1', 0, 4), uint32(header, 4)];
      place += 8;
      if (name === 'fmt ') format = formatIn(bytesAt(handle, place, Math.min(announced, 40)), isBigEndian);
      if (name === 'data')
        return soundIn(file, format, { isBigEndian, offset: place, announced, follow: size - place });
      place += announced + (announced % 2);
    }
    throw new BrokenWav(format ? 'it has no sound (no "data" part)' : 'its header breaks off');
  });
}

/** Mono samples `[count]`, the mean of all channels, from `start` on; less where the file ends.
 * `peaks`: how many samples of any channel are as loud as the form can hold. Throws `BrokenWav`. */
export function readWav(
  wav: WavFile,
  start: number,
  count: number,
): { readonly samples: Float32Array; readonly peaks: number } {
  const { channels, codec, frames, isBigEndian, offset } = wav;
  const wanted = Math.max(0, Math.min(count, frames - start));
  const samples = new Float32Array(wanted);
  let peaks = 0;
  return withFile(wav.file, (handle) => {
    const width = codec.bytes * channels;
    for (let first = 0; first < wanted; first += FRAMES_AT_ONCE) {
      const length = Math.min(FRAMES_AT_ONCE, wanted - first);
      const bytes = bytesAt(handle, offset + (start + first) * width, length * width);
      if (bytes.length < length * width) throw new BrokenWav('it ends before its last sample');
      for (let frame = 0; frame < length; frame += 1) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel += 1) {
          const value = codec.read(bytes, frame * width + channel * codec.bytes, isBigEndian);
          sum += value;
          if (value >= codec.peak || value <= -codec.peak) peaks += 1;
        }
        if (!Number.isFinite(sum)) throw new BrokenWav(`its sample ${start + first + frame + 1} is no number`);
        samples[first + frame] = sum / channels;
      }
    }
    return { samples, peaks };
  });
}

interface Format {
  readonly channels: number;
  readonly rate: number;
  readonly codec: Codec;
}

const EXTENSIBLE = 0xfffe;

function formatIn(bytes: Buffer, isBigEndian: boolean): Format {
  if (bytes.length < 16) throw new BrokenWav('its header breaks off');
  const uint16 = (at: number): number => (isBigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at));
  const [tag, channels, block, bits] = [uint16(0), uint16(2), uint16(12), uint16(14)];
  const rate = isBigEndian ? bytes.readUInt32BE(4) : bytes.readUInt32LE(4);
  // The first bytes of the extension's GUID are the tag that was meant.
  if (tag === EXTENSIBLE && bytes.length < 26) throw new BrokenWav('its header breaks off');
  const codec = codecOf(tag === EXTENSIBLE ? uint16(24) : tag, bits);
  if (typeof codec === 'string') throw new BrokenWav(codec);
  if (channels < 1 || channels > MOST_CHANNELS) {
    throw new BrokenWav(`its header says ${channels} channels, and 1 to ${MOST_CHANNELS} are read`);
  }
  if (rate < RATES.least || rate > RATES.most) {
    throw new BrokenWav(`its header says ${rate} Hz, and ${RATES.least} to ${RATES.most} are read`);
  }
  if (block !== codec.bytes * channels) {
    const now = `${channels} channels of ${bits} bits`;
    throw new BrokenWav(`its header says ${block} bytes a sample, and ${now} take ${codec.bytes * channels}`);
  }
  return { channels, rate, codec };
}

interface DataPart {
  readonly isBigEndian: boolean;
  readonly offset: number;
  /** Bytes that its header says, and that are there. */
  readonly announced: number;
  readonly follow: number;
}

function soundIn(file: string, format: Format | undefined, data: DataPart): WavFile {
  if (format === undefined) throw new BrokenWav('its header does not say what its sound is (no "fmt " part before it)');
  const { isBigEndian, offset, announced, follow } = data;
  const bytes = announced === UNKNOWN_SIZE ? follow : announced;
  if (bytes > follow) throw new BrokenWav(`its header announces ${bytes} bytes of sound, and ${follow} follow`);
  const frames = Math.floor(bytes / (format.codec.bytes * format.channels));
  if (frames === 0) throw new BrokenWav('it has no sound');
  return { file, ...format, frames, isBigEndian, offset };
}

function noWav(head: Buffer): BrokenWav {
  const other = OTHERS.find(([, at, beginning]) => head.toString('latin1', at, at + beginning.length) === beginning);
  // An MP3 file without a tag begins with the sync of a frame.
  const isMp3 = head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2;
  const words = other?.[0] ?? (isMp3 ? 'an MP3 file' : undefined);
  return new BrokenWav(
    words === undefined ? 'it is no WAV file' : `it is ${words}, whatever its name says; save it as WAV`,
  );
}

function withFile<T>(file: string, work: (handle: number, size: number) => T): T {
  let handle: number;
  try {
    // To open a pipe is to wait for somebody who writes.
    if (!statSync(file).isFile()) throw new BrokenWav('it is no file');
    handle = openSync(file, 'r');
  } catch (error) {
    if (error instanceof BrokenWav) throw error;
    throw new BrokenWav(`it cannot be read (${messageOf(error)})`, { cause: error });
  }
  try {
    return work(handle, fstatSync(handle).size);
  } finally {
    closeSync(handle);
  }
}

/** Fewer where the file ends. */
function bytesAt(handle: number, place: number, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  return bytes.subarray(0, readSync(handle, bytes, 0, count, place));
}
