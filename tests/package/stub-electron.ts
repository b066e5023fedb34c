/**
 * Stands in for Electron's distribution, whose binary is not everywhere: an executable that bears a
 * fuse wire and runs the packaged program's own main bundle in Node, with the double of the module
 * `electron`. What it does not prove: that Electron's binary starts, obeys its fuses and reads the
 * archive by itself; here the archive is unpacked beside links to the installed folders.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FuseState } from '@electron/fuses';
import { FuseV1Options } from '@electron/fuses';

/** By which @electron/fuses finds the wire:
 * https://www.electronjs.org/docs/latest/tutorial/fuses. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_COUNT = Object.keys(FuseV1Options).length / 2;

/** `node`: what runs it. All fuses stand the wrong way round until somebody throws them. */
export function makeStubElectron(folder: string, node: string, wrong: readonly FuseState[]): void {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  const entry = join(import.meta.dirname, 'stub-main.ts');
  const script = `#!/bin/sh\nexec '${node}' '${entry}' "$0" "$@"\n`;
  const wire = Buffer.from([1, FUSE_COUNT, ...wrong]);
  writeFileSync(
    join(folder, 'electron'),
    Buffer.concat([Buffer.from(`${script}${SENTINEL}`), wire, Buffer.from('\n')]),
    {
      mode: 0o755,
    },
  );
  writeFileSync(join(folder, 'resources/default_app.asar'), "Electron's own, not to be shipped");
  writeFileSync(join(folder, 'version'), '0.0.0');
  writeFileSync(join(folder, 'LICENSE'), 'Electron, MIT');
}
