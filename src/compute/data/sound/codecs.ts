/** How a sample of a WAV file is written: whole numbers, floating point, or the telephone's laws
 * (ITU-T G.711). */

export interface Codec {
  /** Of one sample. */
  readonly bytes: number;
  /** The largest value that it can hold; a sample beyond may have been cut. */
  readonly peak: number;
  /** From -1 to 1. */
  readonly read: (bytes: Buffer, at: number, isBigEndian: boolean) => number;
}

const whole = (bits: 16 | 24 | 32): Codec => ({
  bytes: bits / 8,
  peak: 1 - 2 ** (1 - bits),
  read: (bytes, at, isBigEndian) =>
    (isBigEndian ? bytes.readIntBE(at, bits / 8) : bytes.readIntLE(at, bits / 8)) / 2 ** (bits - 1),
});

const CODECS: Readonly<Record<string, Codec>> = {
  // Alone without a sign.
  '1 8': { bytes: 1, peak: 127 / 128, read: (bytes, at) => (bytes.readUInt8(at) - 128) / 128 },
  '1 16': whole(16),
  '1 24': whole(24),
  '1 32': whole(32),
  '3 32': {
    ...{ bytes: 4, peak: 1 },
    read: (bytes, at, isBigEndian) => (isBigEndian ? bytes.readFloatBE(at) : bytes.readFloatLE(at)),
  },
  '3 64': {
    ...{ bytes: 8, peak: 1 },
    read: (bytes, at, isBigEndian) => (isBigEndian ? bytes.readDoubleBE(at) : bytes.readDoubleLE(at)),
  },
  '6 8': { bytes: 1, peak: 32_256 / 32_768, read: (bytes, at) => aLaw(bytes.readUInt8(at)) / 32_768 },
  '7 8': { bytes: 1, peak: 32_124 / 32_768, read: (bytes, at) => muLaw(bytes.readUInt8(at)) / 32_768 },
};

const NAMES: Readonly<Record<number, string>> = {
  ...{ 1: 'PCM', 2: 'Microsoft ADPCM', 3: 'floating point', 6: 'A-law', 7: 'mu-law' },
  ...{ 17: 'IMA ADPCM', 49: 'GSM 6.10', 80: 'MPEG', 85: 'MP3', 255: 'AAC' },
};

/** Or what is wrong with it. */
export function codecOf(tag: number, bits: number): Codec | string {
  const found = CODECS[`${tag} ${bits}`];
  if (found !== undefined) return found;
  const name = NAMES[tag] ?? `form ${tag}`;
  return `its sound is ${name} of ${bits} bits; save it as PCM of 16 bits`;
}

/** On the scale of 16 bits. */
function aLaw(code: number): number {
  const value = code ^ 0x55;
  const [exponent, mantissa] = [(value >> 4) & 7, value & 15];
  const size = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return value & 0x80 ? size : -size;
}

function muLaw(code: number): number {
  const value = ~code & 0xff;
  const size = ((((value & 15) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84;
  return value & 0x80 ? -size : size;
}
