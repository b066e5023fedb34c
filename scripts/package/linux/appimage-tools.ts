/**
 * The tools for an AppImage, of this machine: `mksquashfs` of the system's squashfs-tools, and the
 * runtime (the part that mounts the rest) out of a file that is given. They are laid out as
 * electron-builder wants them at `APPIMAGE_TOOLS_PATH`.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the files are packed, smallest first; a runtime reads some of them. */
const PACKINGS = [
  // Without a filter for the processor's code, which would try each block twice.
  { word: 'lzma', options: '-comp xz -Xdict-size 100% -b 256K' },
  { word: 'zstd', options: '-comp zstd -Xcompression-level 19 -b 1M' },
  { word: 'inflate', options: '-comp gzip -b 1M' },
] as const;

/** `given`: a runtime, or any AppImage, which begins with one.
 * @throws an Error in words where it is neither */
export function runtimeOf(given: string): Buffer {
  const bytes = readFileSync(given);
  const isElf = bytes.length > 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2;
  // The second kind of AppImage says so in bytes 8 to 10 of its head.
  if (!isElf || bytes.toString('latin1', 8, 11) !== 'AI\u0002') {
    throw new Error(`${given} is no AppImage of type 2, nor the runtime of one.`);
  }
  // An ELF file ends with its table of sections; what comes after is the image.
  const end = Number(bytes.readBigUInt64LE(40)) + bytes.readUInt16LE(58) * bytes.readUInt16LE(60);
  return bytes.subarray(0, end);
}

/** `chosen`: words for mksquashfs in the place of the smallest that the runtime reads. */
function packingOf(runtime: Buffer, chosen?: string): string {
  if (chosen !== undefined) return chosen;
  const text = runtime.toString('latin1');
  const packing = PACKINGS.find(({ word }) => text.includes(word));
  if (packing === undefined) throw new Error('This runtime names no way of packing that it reads.');
  return packing.options;
}

interface ToolsOrder {
  /** Emptied first. */
  readonly folder: string;
  readonly runtime: string;
  readonly mksquashfs: string;
  readonly packing?: string | undefined;
}

export function makeAppImageTools({ folder, runtime, mksquashfs, packing }: ToolsOrder): void {
  const machine = process.arch === 'arm64' ? 'arm64' : 'x64';
  const bytes = runtimeOf(runtime);
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['runtimes', `lib/${machine}`]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, `runtimes/runtime-${machine}`), bytes);
  // electron-builder packs by zstd alone; its two words are replaced by what this runtime reads.
  writeScript(join(folder, 'mksquashfs'), [
    'for word do',
    '  shift',
    '  case $word in -comp | zstd | gzip) ;; *) set -- "$@" "$word" ;; esac',
    'done',
    `exec ${quoted(mksquashfs)} "$@" ${packingOf(bytes, packing)}`,
  ]);
  // Asked for and never run.
  writeScript(join(folder, 'desktop-file-validate'), ['exit 0']);
}

/** As one word of the shell, whatever is in it. */
export const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

export function writeScript(file: string, lines: readonly string[]): void {
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
}
