/** Every form of WAV gives the same sound, and what is none is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BrokenWav, openWav, readWav } from '../../../../src/compute/data/sound/wav.ts';
import { pcm16, tone, wavOf } from '../../support/wav.ts';
import type { WavForm } from '../../support/wav.ts';

const folder = mkdtempSync(join(tmpdir(), 'wav-'));
afterAll(() => rmSync(folder, { recursive: true }));

let number = 0;
function fileOf(bytes: Uint8Array): string {
  const file = join(folder, `${(number += 1)}.wav`);
  writeFileSync(file, bytes);
  return file;
}

const wanted = [0, 0.5, -0.5, 0.25, -1];
const packed = (bytes: number, write: (buffer: Buffer, value: number, at: number) => void): Buffer => {
  const all = Buffer.alloc(bytes * wanted.length);
  wanted.forEach((value, index) => write(all, value, index * bytes));
  return all;
};

const FORMS: readonly [string, Buffer, WavForm][] = [
  ['PCM of 8 bits', packed(1, (to, value, at) => to.writeUInt8(128 + 128 * value, at)), { bits: 8 }],
  ['PCM of 16 bits', packed(2, (to, value, at) => to.writeInt16LE(32_768 * value, at)), {}],
  ['PCM of 24 bits', packed(3, (to, value, at) => to.writeIntLE(2 ** 23 * value, at, 3)), { bits: 24 }],
  ['PCM of 32 bits', packed(4, (to, value, at) => to.writeInt32LE(2 ** 31 * value, at)), { bits: 32 }],
  ['floats of 32 bits', packed(4, (to, value, at) => to.writeFloatLE(value, at)), { bits: 32, tag: 3 }],
  ['floats of 64 bits', packed(8, (to, value, at) => to.writeDoubleLE(value, at)), { bits: 64, tag: 3 }],
  ['RIFX', packed(3, (to, value, at) => to.writeIntBE(2 ** 23 * value, at, 3)), { bits: 24, isBigEndian: true }],
  ['the extensible form', packed(2, (to, value, at) => to.writeInt16LE(32_768 * value, at)), { extensible: true }],
  [
    'a file with other parts first',
    packed(2, (to, value, at) => to.writeInt16LE(32_768 * value, at)),
    { before: Buffer.concat([Buffer.from('LIST'), Buffer.from([3, 0, 0, 0]), Buffer.from('abc\0')]) },
  ],
  [
    'a file of unknown size',
    packed(2, (to, value, at) => to.writeInt16LE(32_768 * value, at)),
    { announced: 0xffffffff },
  ],
];

describe('a WAV file', () => {
  it.each(FORMS)('of %s is read to the bit', (_, data, form) => {
    const wav = openWav(fileOf(wavOf(data, form)));
    expect(wav).toMatchObject({ rate: 8000, channels: 1, frames: 5 });
    expect([...readWav(wav, 0, 5).samples]).toEqual(wanted);
  });

  // ITU-T G.711, as decoded to 16 bits by its reference (Sun's g711.c).
  it.each([
    ['A-law', 6, [0xd5, 0x55, 0xaa, 0x2a, 0x80], [8, -8, 32_256, -32_256, 5504]],
    ['mu-law', 7, [0xff, 0x7f, 0x80, 0x00, 0xf0], [0, 0, 32_124, -32_124, 120]],
  ])('of %s has the values of its table', (_, tag, codes, values) => {
    const wav = openWav(fileOf(wavOf(Buffer.from(codes), { tag, bits: 8 })));
    expect([...readWav(wav, 0, 9).samples].map((value) => value * 32_768 + 0)).toEqual(values);
  });

  it('of two channels is their mean, and a part of it is that part', () => {
    const both = tone(500, 8000, 40).flatMap((value) => [value, value / 2]);
    const wav = openWav(fileOf(wavOf(pcm16(both), { channels: 2 })));
    const { samples } = readWav(wav, 10, 5);
    [...samples].forEach((value, index) => expect(value).toBeCloseTo(0.75 * (tone(500, 8000, 40)[10 + index] ?? 0), 4));
    expect(readWav(wav, 38, 10).samples.length).toBe(2);
  });

  it('tells how many samples are as loud as it can hold', () => {
    const clipped = tone(500, 8000, 160, 3).map((value) => Math.max(-1, Math.min(1, value)));
    const { peaks } = readWav(openWav(fileOf(wavOf(pcm16(clipped)))), 0, 160);
    expect(peaks).toBeGreaterThan(80);
    expect(readWav(openWav(fileOf(wavOf(pcm16(tone(500, 8000, 160))))), 0, 160).peaks).toBe(0);
  });

  const sound = wavOf(pcm16(tone(500, 8000, 40)));
  it.each([
    ['an empty file', Buffer.alloc(0), 'it is empty'],
    ['text', Buffer.from('hello, this is no sound'), 'it is no WAV file'],
    ['an MP3 file', Buffer.from('ID3\x04 and so on'), 'it is an MP3 file'],
    ['an MP3 file without a tag', Buffer.from([0xff, 0xfb, 0x90, 0x64, 0, 0, 0, 0, 0, 0, 0, 0]), 'it is an MP3 file'],
    ['an Ogg file', Buffer.from('OggS............'), 'it is an Ogg file'],
    ['a header that breaks off', sound.subarray(0, 30), 'its header breaks off'],
    ['a header alone', sound.subarray(0, 36), 'it has no sound'],
    [
      'a part that ends early',
      sound.subarray(0, sound.length - 10),
      'its header announces 80 bytes of sound, and 70 follow',
    ],
    ['a lying size', wavOf(pcm16([0, 0]), { announced: 2e9 }), 'its header announces 2000000000 bytes of sound, and 4'],
    ['no samples', wavOf(Buffer.alloc(0)), 'it has no sound'],
    ['0 Hz', wavOf(pcm16([0, 0]), { rate: 0 }), 'its header says 0 Hz'],
    ['1e9 Hz', wavOf(pcm16([0, 0]), { rate: 1e9 }), 'its header says 1000000000 Hz'],
    ['no channels', wavOf(pcm16([0, 0]), { channels: 0 }), 'its header says 0 channels'],
    ['ADPCM', wavOf(pcm16([0, 0]), { tag: 17, bits: 4 }), 'IMA ADPCM of 4 bits; save it as PCM'],
    ['12 bits', wavOf(pcm16([0, 0]), { bits: 12 }), 'PCM of 12 bits; save it as PCM of 16 bits'],
  ])('that is %s is told, and never read', (_, bytes, says) => {
    expect(() => openWav(fileOf(bytes))).toThrow(says);
  });

  it('with a sample that is no number is told', () => {
    const data = Buffer.alloc(8);
    data.writeFloatLE(NaN, 4);
    const wav = openWav(fileOf(wavOf(data, { tag: 3, bits: 32 })));
    expect(() => readWav(wav, 0, 2)).toThrow('its sample 2 is no number');
  });

  it('is read or told to be broken, whatever its bytes are', () => {
    // A header that boasts must cost neither memory nor time, and no other error may come of it.
    const file = fileOf(sound);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(sound.length),
        (changes, cut) => {
          const bytes = Buffer.from(sound);
          for (const [place, value] of changes) bytes[place] = value;
          writeFileSync(file, bytes.subarray(0, sound.length - cut));
          try {
            const wav = openWav(file);
            expect(readWav(wav, 0, 1e6).samples.length).toBeLessThanOrEqual(bytes.length);
          } catch (error) {
            expect(error).toBeInstanceOf(BrokenWav);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is not looked for in a folder', () => {
    expect(() => openWav(folder)).toThrow('it is no file');
  });
});
