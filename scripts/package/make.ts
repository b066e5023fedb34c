/** Makes the packages of a stage, one after the other, with their checksums and the list of what is
 * in them. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from 'electron-builder';
import { build } from 'electron-builder';
import { readJson } from '../setup/files.mjs';
import type { Reporter } from '../setup/report.mjs';
import { ARCHIVE, builderConfiguration, SUMMARY } from './builder.ts';
import { writeChecksums } from './checksums.ts';
import { makePortable, portableName } from './linux/portable.ts';
import type { Missing } from './parts.ts';
import type { Stage } from './stage.ts';
import { EXECUTABLE, PRODUCT } from './stage.ts';
import { TARGETS } from './targets.ts';
import type { TargetName } from './targets.ts';

export interface MakeOrder {
  readonly root: string;
  readonly stage: Stage;
  /** Emptied first. */
  readonly output: string;
  readonly electronDist: string;
  readonly electronVersion: string;
  readonly targets: readonly TargetName[];
  readonly report: Reporter;
  /** For an Electron that needs something else than the program's own. */
  readonly amend?: (config: Configuration) => Configuration;
}

export interface Made {
  /** The unpacked program. */
  readonly program: string;
  readonly files: readonly string[];
  readonly missing: readonly Missing[];
}

const { platform } = process;

export async function makePackages(order: MakeOrder): Promise<Made> {
  const { stage, output, targets, report, amend = (config) => config } = order;
  rmSync(output, { recursive: true, force: true });
  const config = amend(builderConfiguration(order));
  const common = { projectDir: stage.app, publish: 'never' as const, config };
  await report.step('The program, unpacked', () => build({ ...common, targets: TARGETS.dir.of(platform) }));
  const program = unpackedFolder(output);
  const [files, missing]: [string[], Missing[]] = [[], []];
  for (const name of targets) {
    if (name === 'dir') continue;
    try {
      const made = await report.step(name, () =>
        name === 'tar.zst'
          ? portable(order, program)
          : build({ ...common, prepackaged: program, targets: TARGETS[name].of(platform) }),
      );
      files.push(...made.filter((file) => !file.endsWith('.blockmap')));
    } catch (error) {
      missing.push({ target: name, part: name, way: error instanceof Error ? error.message : String(error) });
    }
  }
  // What it has read, for whoever mends electron-builder.
  rmSync(join(output, 'builder-debug.yml'), { force: true });
  if (files.length > 0) {
    const list = join(output, `${cardOf(stage).name}-${cardOf(stage).version}.cdx.json`);
    writeFileSync(list, `${JSON.stringify(stage.sbom, undefined, 2)}\n`);
    files.push(list);
    files.push(await writeChecksums(output, files));
  }
  return { program, files, missing };
}

async function portable({ stage, output }: MakeOrder, program: string): Promise<readonly string[]> {
  const { name, version } = cardOf(stage);
  const file = join(output, `${name}-${version}-linux-${process.arch}.tar.zst`);
  const icon = join(stage.icons.linux, '256x256.png');
  const words = { executable: EXECUTABLE, product: PRODUCT, summary: SUMMARY, archive: ARCHIVE };
  await makePortable({ program, file, name: portableName(file), icon, ...words });
  return [file];
}

/** `linux-unpacked`, `mac-arm64`, ...: electron-builder's own names. */
function unpackedFolder(output: string): string {
  const names = readdirSync(output, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const [folder] = names.map(({ name }) => join(output, name));
  if (folder === undefined) throw new Error(`electron-builder left nothing in ${output}.`);
  if (platform !== 'darwin') return folder;
  const app = readdirSync(folder).find((name) => name.endsWith('.app'));
  return join(folder, app ?? '');
}

const cardOf = ({ app }: Stage): { readonly name: string; readonly version: string } =>
  readJson(join(app, 'package.json'));
