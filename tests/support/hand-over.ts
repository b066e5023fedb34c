/** What a window does with a folder that a person picked: hands its files over in pieces. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { PIECE_BYTES } from '../../src/bridge/schemas/file.ts';
import type { HostClient } from '../../src/host/for-shells.ts';

let number = 0;

/** What `library.importDataset` takes. */
export async function handFolder(
  { files }: Pick<HostClient, 'files'>,
  folder: string,
): Promise<{ readonly files: string; readonly folder: string }> {
  const id = `test-folder-${(number += 1)}`;
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    if (!statSync(join(folder, name)).isFile()) continue;
    const whole = new Uint8Array(readFileSync(join(folder, name)));
    for (let offset = 0; offset === 0 || offset < whole.length; offset += PIECE_BYTES) {
      const data = whole.slice(offset, offset + PIECE_BYTES);
      await files.put({ id, pieces: [{ path: name.replaceAll(sep, '/'), offset, data }] });
    }
  }
  return { files: id, folder: basename(folder) };
}
