/** How recordings of speech become spectrograms where nothing else is said. */
export const SPEECH = {
  /** Samples a second at most; a set whose lowest rate is lower keeps that one. */
  rate: 16_000,
  windowMs: 25,
  hopMs: 10,
  bands: 40,
  /** Hertz, where the lowest band begins: below is hum. As Kaldi has it. */
  lowest: 20,
  /** Decibels under a recording's loudest point at which a byte is 0. */
  floor: 80,
  /** A set's longest recording, and at most so much. */
  seconds: 3,
} as const;
