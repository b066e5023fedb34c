/**
 * Makes the installed program for the system that this runs on: on Linux an AppImage and a deb, on
 * macOS a dmg, on Windows an installer; each needs binaries of its own system, so that none is made
 * for another one.
 *
 *   npm run package [-- dir|AppImage|deb|dmg|nsis ...]      dir: the unpacked program alone
 *
 * What cannot be had is named at the end, with the way to give it. Exit codes: 0 all was made, 1
 * something is missing, 2 bad usage.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'electron-builder';
import { builderConfiguration } from './package/builder.ts';
import { findElectronFolder, missingTool } from './package/parts.ts';
import type { Missing } from './package/parts.ts';
import { shippedKernels, shippedRuntime } from './package/runtime.ts';
import { makeStage } from './package/stage.ts';
import { TARGETS, targetsOf } from './package/targets.ts';
import type { TargetName } from './package/targets.ts';
import { readJson } from './setup/files.mjs';
import { checkoutCache, packageRoot as root } from './setup/paths.mjs';
import { createReporter } from './setup/report.mjs';
import { setUpOrExit } from './setup.mjs';

const { platform } = process;
const wanted = targetsOf(process.argv.slice(2), platform);
if (typeof wanted === 'string') {
  process.stderr.write(`npm run package: ${wanted}\n`);
  process.exit(2);
}

const report = createReporter();
await setUpOrExit({ report });
const output = join(root, 'release');
const missing: Missing[] = [];

const kernels = await report.step('Compute kernels: compiled for all processors that a package is for', () =>
  shippedKernels(root),
);
const runtime = shippedRuntime(root, kernels);
if (runtime.lacking === undefined && 'reason' in kernels) {
  missing.push({ part: 'our own compute kernels (training takes about twice as long without)', way: kernels.reason });
}
if (runtime.lacking !== undefined) {
  missing.push({
    part: 'TensorFlow (the program computes on WebAssembly, several times slower)',
    way: runtime.lacking,
  });
}
const electronVersion = String(readJson(join(root, 'node_modules/electron/package.json'))?.version);
const electron = await findElectronFolder({ root, report, electronVersion });
if ('way' in electron) missing.push(electron);
for (const target of wanted) missing.push(...(await missingTool(target, platform)));

const made = 'way' in electron ? [] : await makeAll(electron.folder, wanted);
for (const file of made) report.line(`made ${file} (${megabytes(file)} MB)`);
for (const { part, way } of missing) report.line(`missing: ${part}\n  ${way}`);
process.exit(missing.length > 0 ? 1 : 0);

async function makeAll(electronDist: string, names: readonly TargetName[]): Promise<readonly string[]> {
  rmSync(output, { recursive: true, force: true });
  const stage = await makeStage(root, join(checkoutCache(root), 'package'), runtime);
  const config = builderConfiguration({ root, stage, output, electronDist, electronVersion });
  const common = { projectDir: stage.app, publish: 'never' as const, config };
  const files = [...(await build({ ...common, targets: TARGETS.dir.of(platform) }))];
  const prepackaged = unpackedFolder();
  for (const name of names) {
    if (name === 'dir' || missing.some(({ target }) => target === name)) continue;
    try {
      files.push(...(await build({ ...common, prepackaged, targets: TARGETS[name].of(platform) })));
    } catch (error) {
      missing.push({ target: name, part: name, way: error instanceof Error ? error.message : String(error) });
    }
  }
  // What it has read, for whoever mends electron-builder.
  rmSync(join(output, 'builder-debug.yml'), { force: true });
  return [prepackaged, ...files];
}

/** `linux-unpacked`, `mac-arm64`, ...: electron-builder's own names. */
function unpackedFolder(): string {
  const names = readdirSync(output, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const [folder] = names.map(({ name }) => join(output, name));
  if (folder === undefined) throw new Error(`electron-builder left nothing in ${output}.`);
  if (platform !== 'darwin') return folder;
  const app = readdirSync(folder).find((name) => name.endsWith('.app'));
  return join(folder, app ?? '');
}

function megabytes(path: string): number {
  const found = statSync(path);
  const bytes = found.isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).reduce(
        (sum, name) => sum + statSync(join(path, name)).size,
        0,
      )
    : found.size;
  return Math.round(bytes / 1e6);
}
