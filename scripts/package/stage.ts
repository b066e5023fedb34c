/**
 * Puts together what electron-builder is to pack: a small app folder for the archive, and lists of
 * what goes beside it.
 *
 * The archive (app.asar) holds what Electron itself runs. Everything that plain Node runs or reads
 * (trainers, workers, command line, bundled data) lies beside it in `program/`, a checkout in
 * small: no Node but Electron's can look into an archive.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { node24Path } from '../setup/paths.mjs';
import { closureOf, packagesNamedBy, reachedFrom } from './closure.ts';
import { drawIcons } from './icons.ts';
import type { Icons } from './icons.ts';
import { filterOf } from './left-out.ts';
import type { ShippedRuntime } from './runtime.ts';
import { sbomOf } from './sbom.ts';
import type { Sbom } from './sbom.ts';

/** From a file or folder of this machine to a place below the program's folder of resources. */
export interface Placed {
  readonly from: string;
  readonly to: string;
  readonly filter?: readonly string[];
}

export interface Stage {
  /** Of the archive: `package.json`, `out` and packages. */
  readonly app: string;
  /** Packages that go into the archive, as folders below `app`. */
  readonly appPackages: readonly string[];
  readonly beside: readonly Placed[];
  readonly icons: Icons;
  /** What is in all of it. */
  readonly sbom: Sbom;
}

export interface StageOrder {
  readonly root: string;
  /** Emptied first. */
  readonly folder: string;
  readonly runtime: ShippedRuntime;
  readonly electronVersion: string;
}

/** CycloneDX, below the program's folder of resources. */
const SBOM = 'sbom.cdx.json';

/** Main in `out/main/index.js`; the other entries are programs for plain Node. */
const ELECTRON_ENTRY = 'index.js';

export async function makeStage({ root, folder, runtime, electronVersion }: StageOrder): Promise<Stage> {
  rmSync(folder, { recursive: true, force: true });
  const built = join(root, 'out/main');
  if (!existsSync(join(built, ELECTRON_ENTRY))) throw new Error(`${built} is missing: run "npm run setup" first.`);
  const inElectron = reachedFrom(built, ELECTRON_ENTRY);
  const all = readdirSync(built).filter((name) => name.endsWith('.js'));

  const app = join(folder, 'app');
  for (const name of inElectron) copy(join(built, name), join(app, 'out/main', name));
  for (const name of ['preload', 'renderer']) copy(join(root, 'out', name), join(app, 'out', name));
  writeJson(join(app, 'package.json'), programCard(root, { main: `out/main/${ELECTRON_ENTRY}` }));

  const program = join(folder, 'program');
  // Electron's own entry would not run there.
  const outside = all.filter((name) => name !== ELECTRON_ENTRY);
  for (const name of outside) copy(join(built, name), join(program, 'out/main', name));
  writeJson(join(program, 'package.json'), programCard(root));
  for (const [name, record] of Object.entries(runtime.records)) writeJson(join(program, '.cache', name), record);

  const sbom = sbomOf({ root, product: PRODUCT, tensorflow: runtime.version, electron: electronVersion });
  writeJson(join(folder, SBOM), sbom);
  writeLauncher(join(folder, 'bin'));
  const icons = await drawIcons(join(root, 'resources/icons/icon.svg'), join(folder, 'icons'));
  const packages = closureOf(
    root,
    packagesNamedBy(
      root,
      outside.map((name) => join(built, name)),
    ),
  );
  const appPackages = closureOf(
    root,
    packagesNamedBy(
      root,
      inElectron.map((name) => join(built, name)),
    ),
  );
  // electron-builder packs nothing from outside of the app folder that lies below /tmp or /var, as
  // a checkout may.
  for (const path of outermost(appPackages)) copy(join(root, path), join(app, path));
  const node = leanNode(node24Path(root), join(folder, 'node'));
  return {
    app,
    icons,
    sbom,
    appPackages,
    beside: [
      { from: program, to: 'program' },
      { from: join(folder, 'bin'), to: 'bin' },
      { from: join(folder, SBOM), to: SBOM },
      { from: join(root, 'resources'), to: 'program/resources' },
      { from: join(root, 'examples'), to: 'program/examples' },
      { from: node, to: `node/bin/${basename(node)}` },
      ...outermost(packages).map((path) => packageAt(root, path, `program/${path}`)),
      ...runtime.files.map(({ from, to }) => ({ from, to: `program/${to}` })),
    ],
  };
}

/** Without the table of symbols, which only debuggers read; as it is where there is no `strip`, or
 * where a signature would break by it. */
function leanNode(node: string, folder: string): string {
  if (process.platform !== 'linux') return node;
  mkdirSync(folder, { recursive: true });
  const lean = join(folder, basename(node));
  return spawnSync('strip', ['--strip-unneeded', '-o', lean, node]).status === 0 ? lean : node;
}

/** A package without what is of no use here. */
export function packageAt(root: string, path: string, to: string): Placed {
  return { from: join(root, path), to, filter: filterOf(path) };
}

/** A nested package comes with the one that it lies in. */
export function outermost(packages: readonly string[]): readonly string[] {
  return packages.filter((path) => !packages.some((other) => path.startsWith(`${other}/`)));
}

/** What the program says of itself. */
function programCard(root: string, own: object = {}): object {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  // our own
  const { name, version, description, license, type } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return {
    name,
    productName: PRODUCT,
    version,
    description,
    license,
    type,
    author: PRODUCT,
    homepage: HOMEPAGE,
    // By it Linux's desktops know whose window it is.
    desktopName: `${EXECUTABLE}.desktop`,
    ...own,
  };
}

export const PRODUCT = 'TRADE workbench';
export const EXECUTABLE = 'trade-workbench';
/** The paper: the program has no page of its own. */
const HOMEPAGE = 'https://arxiv.org/abs/2206.13130';

/** `trade <verb>` for terminals, by the Node that is shipped. */
function writeLauncher(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (process.platform === 'win32') {
    const lines = [
      '@echo off',
      'if not defined NODE_COMPILE_CACHE set "NODE_COMPILE_CACHE=%LOCALAPPDATA%\\trade-workbench\\Cache\\compile"',
      '"%~dp0..\\node\\bin\\node.exe" "%~dp0..\\program\\out\\main\\cli.js" %*',
      '',
    ];
    writeFileSync(join(folder, 'trade.cmd'), lines.join('\r\n'));
    return;
  }
  const lines = [
    '#!/bin/sh',
    '# A link to this file works too.',
    'self=$0',
    'while [ -h "$self" ]; do',
    '  next=$(readlink "$self")',
    '  case $next in /*) self=$next ;; *) self=$(dirname "$self")/$next ;; esac',
    'done',
    'root=$(cd "$(dirname "$self")/.." && pwd -P)',
    '# Compiled code is kept for the next start, and never where the program is installed.',
    ': "${NODE_COMPILE_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/trade-workbench/compile}"',
    'export NODE_COMPILE_CACHE',
    'exec "$root/node/bin/node" "$root/program/out/main/cli.js" "$@"',
    '',
  ];
  writeFileSync(join(folder, 'trade'), lines.join('\n'), { mode: 0o755 });
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

function writeJson(file: string, value: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
