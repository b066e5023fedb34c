/**
 * Makes the installed program for the system that this runs on: on Linux an AppImage, a deb and an
 * archive for people without root, on macOS a dmg, on Windows an installer; each needs binaries of
 * its own system, so that none is made for another one. `docs/packaging.md` tells the rest.
 *
 *   npm run package [-- dir|AppImage|deb|rpm|tar.zst|dmg|nsis ...]     dir: it unpacked, alone
 *
 * What cannot be had is named at the end, with the way to give it. Exit codes: 0 all was made, 1
 * something is missing, 2 bad usage.
 */
import { lstatSync } from 'node:fs';
import { join, relative } from 'node:path';
import { makePackages } from './package/make.ts';
import { linuxTools } from './package/linux/tools.ts';
import { findElectronFolder, missingTool } from './package/parts.ts';
import type { Missing } from './package/parts.ts';
import { shippedKernels, shippedRuntime } from './package/runtime.ts';
import { describeParts } from './package/sizes.ts';
import { makeStage } from './package/stage.ts';
import { targetsOf } from './package/targets.ts';
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
const folder = join(checkoutCache(root), 'package-tools');
if (platform === 'linux') Object.assign(process.env, linuxTools({ folder, env: process.env }));
for (const target of wanted) missing.push(...(await missingTool(target, platform)));

if (!('way' in electron)) {
  const stage = await makeStage({ root, folder: join(checkoutCache(root), 'package'), runtime, electronVersion });
  const targets = wanted.filter((name) => missing.every(({ target }) => target !== name));
  const output = join(root, 'release');
  const common = { root, stage, output, electronDist: electron.folder, electronVersion };
  const made = await makePackages({ ...common, targets, report });
  missing.push(...made.missing);
  for (const line of describeParts(made.program)) report.line(line);
  for (const file of made.files)
    report.line(`made ${relative(root, file)} (${Math.ceil(lstatSync(file).size / 1e6)} MB)`);
}
for (const { part, way } of missing) report.line(`missing: ${part}\n  ${way}`);
process.exit(missing.length > 0 ? 1 : 0);
