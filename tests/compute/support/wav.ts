/** WAV files written by hand, byte for byte, and a small set of tones for tests. */
import type { Files } from './sources.ts';

export interface WavForm {
  readonly rate?: number;
  readonly channels?: number;
  readonly tag?: number;
  readonly bits?: number;
  readonly isBigEndian?: boolean;
  /** As WAVE_FORMAT_EXTENSIBLE has it. */
  readonly extensible?: boolean;
  /** Said in the header in place of what follows. */
  readonly announced?: number;
  /** Before "fmt ". */
  readonly before?: Buffer;
}

/** `data`: the samples' bytes. */
export function wavOf(data: Uint8Array, form: WavForm = {}): Buffer {
  const { rate = 8000, channels = 1, tag = 1, bits = 16, isBigEndian = false, extensible = false } = form;
  const uint16 = (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    if (isBigEndian) bytes.writeUInt16BE(value);
    else bytes.writeUInt16LE(value);
    return bytes;
  };
  const uint32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (isBigEndian) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  };
  const block = (channels * bits) / 8;
  const format = Buffer.concat([
    ...[uint16(extensible ? 0xfffe : tag), uint16(channels), uint32(rate), uint32((rate * block) >>> 0)],
    ...[uint16(block), uint16(bits)],
    ...(extensible ? [uint16(22), uint16(bits), uint32(0), uint16(tag), Buffer.alloc(14, 7)] : []),
  ]);
  const body = Buffer.concat([
    ...[Buffer.from('WAVE'), form.before ?? Buffer.alloc(0), Buffer.from('fmt '), uint32(format.length), format],
    ...[Buffer.from('data'), uint32(form.announced ?? data.length), data],
  ]);
  return Buffer.concat([Buffer.from(isBigEndian ? 'RIFX' : 'RIFF'), uint32(body.length), body]);
}

/** Whole numbers of 16 bits, the lower byte first. */
export function pcm16(samples: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * samples.length);
  samples.forEach((value, index) => bytes.writeInt16LE(Math.round(32_767 * value), 2 * index));
  return bytes;
}

export const tone = (hertz: number, rate: number, count: number, size = 0.5): readonly number[] =>
  Array.from({ length: count }, (_, t) => size * Math.sin((2 * Math.PI * hertz * t) / rate));

/** Tones of two classes by five speakers, each with a pitch of its own: `low/03a-1.wav`. */
export function toneFiles(each = 2, { rate = 8000, seconds = 0.3 } = {}): Files {
  const files: Record<string, Uint8Array> = {};
  for (const [name, hertz] of Object.entries({ low: 400, high: 1600 })) {
    for (let speaker = 1; speaker <= 5; speaker += 1) {
      for (let take = 1; take <= each; take += 1) {
        const pitch = hertz * (1 + 0.02 * speaker + 0.003 * take);
        files[`${name}/0${speaker}a-${take}.wav`] = wavOf(pcm16(tone(pitch, rate, rate * seconds)), { rate });
      }
    }
  }
  return files;
}
