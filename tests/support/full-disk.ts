/** Takes all room of a disk. */
import { closeSync, openSync, writeSync } from 'node:fs';

/** With one file, to the last byte. */
export function fillDisk(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (const bytes of [1 << 16, 1 << 12, 1]) {
      const block = Buffer.alloc(bytes, 1);
      for (let written = bytes; written === bytes;) {
        try {
          written = writeSync(descriptor, block);
        } catch {
          break; // full
        }
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
