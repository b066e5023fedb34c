/** `SHA256SUMS` beside the packages, as `sha256sum --check` reads it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeWhole } from '../setup/files.mjs';

export const CHECKSUMS = 'SHA256SUMS';

/** `files` lie in `folder`; the list holds their names alone, so that it can travel with them. */
export async function writeChecksums(folder: string, files: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const file of [...files].sort()) lines.push(`${await sha256(file)}  ${basename(file)}\n`);
  const list = join(folder, CHECKSUMS);
  writeWhole(list, lines.join(''));
  return list;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
