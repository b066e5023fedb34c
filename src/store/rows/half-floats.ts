/**
 * Probabilities as half floats: 2 bytes a value, 11 bits of precision (about 3 decimal digits),
 * which is all that a confusion matrix or a calibration curve needs. Little-endian, as on every
 * platform the workbench runs on.
 */

/** `[count * classes]` -> bytes of the same length times 2. */
export function toHalfFloats(values: Float32Array): Buffer {
  return Buffer.from(Float16Array.from(values).buffer);
}

export function fromHalfFloats(bytes: Uint8Array): Float32Array {
  // A blob read from SQLite may start at an odd offset of a shared buffer: slicing gives it a
  // buffer of its own.
  return Float32Array.from(new Float16Array(Uint8Array.from(bytes).buffer));
}
