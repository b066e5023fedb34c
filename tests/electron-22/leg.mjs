/**
 * The program as Electron 22 can run it. It does not prove what Electron 45 does by itself: ES
 * modules as entry, `protocol.handle`, the shipped addon of SQLite, its V8 and Node. The built main
 * process (`out/main`, an ES module) becomes one CommonJS file, and the adapter is loaded before
 * it. Preload, page and the processes of plain Node are taken as they are built.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { fingerprint, readJson, writeJson, writeWhole } from '../../scripts/setup/files.mjs';
import { checkoutCache } from '../../scripts/setup/paths.mjs';

/** The program that tests start in the stead of the real one, from its sources. */
const FAKE = 'tests/support/fake-electron-toys.ts';
const ADAPTER = join(import.meta.dirname, 'adapter');

/** Of a checkout; what it is made of is in its record. */
const legFolder = (root) => join(checkoutCache(root), 'electron-22');

/** Makes the leg of a checkout whose workbench is built, where it is not up to date. */
export async function provideLeg(root) {
  const folder = legFolder(root);
  const record = join(folder, 'leg.json');
  const sources = fingerprint([...['out/main', 'src', FAKE].map((path) => join(root, path)), import.meta.dirname]);
  if (readJson(record)?.sources === sources && existsSync(join(folder, 'main.cjs'))) return folder;
  rmSync(record, { force: true });
  await bundleLeg(root, folder);
  await bundle(join(root, FAKE), folder, 'fake-electron-toys.cjs', { plugins: [whereItStands] });
  writeJson(record, { sources });
  return folder;
}

/**
 * `main.cjs` in `folder` is what Electron 22 takes for its main script. It takes the app's path
 * (`app.getAppPath()`) for the folder that holds `out`, and loads SQLite's addon from Electron's
 * `resources`. So it also goes into an archive: anywhere in it, with `main` in its package.json.
 */
export async function bundleLeg(root, folder) {
  mkdirSync(folder, { recursive: true });
  await bundle(join(ADAPTER, 'main.mjs'), folder, 'main.cjs');
  await bundle(join(root, 'out/main/index.js'), folder, 'program.cjs', {
    define: { 'import.meta.dirname': 'globalThis.programFolder', 'import.meta.url': 'globalThis.programUrl' },
  });
  // A sandboxed preload may require nothing that is of ours.
  const polyfills = [polyfill(root), readFileSync(join(ADAPTER, 'statics.mjs'), 'utf8')].join('\n');
  const preload = `require('electron').webFrame.executeJavaScript(${JSON.stringify(`${polyfills};0`)});\n`;
  writeWhole(join(folder, 'page.cjs'), preload);
  writeWhole(join(folder, 'polyfills.cjs'), polyfills);
}

const polyfill = (root) => readFileSync(join(root, 'node_modules/core-js-bundle/minified.js'), 'utf8');

/** What Electron runs for `electron PATH`, as its own `default_app` does. */
export const bundleDefaultApp = (folder) => bundle(join(ADAPTER, 'default-app.mjs'), folder, 'index.cjs');

async function bundle(entry, folder, name, { define = {}, plugins = [] } = {}) {
  await build({
    ...{ configFile: false, logLevel: 'error', define, plugins: [ownSqlite, ...plugins] },
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      ...{ ssr: entry, outDir: folder, emptyOutDir: false, target: 'node16', minify: false },
      rolldownOptions: {
        external: [/^\.\/polyfills\.cjs$/],
        output: { format: 'cjs', entryFileNames: name, codeSplitting: false },
      },
    },
  });
}

/** The addon of `sqlite.mjs` for the one that better-sqlite3 would look for. */
const ownSqlite = {
  name: 'own-sqlite',
  enforce: 'pre',
  load: (id) =>
    id.replaceAll('\\', '/').endsWith('better-sqlite3/lib/binding.js')
      ? "exports.getBinding = () => require(require('path').join(process.resourcesPath, 'better_sqlite3.node'));"
      : undefined,
};

/** Of sources, each of which looks for others beside itself: they stay in the checkout. */
const whereItStands = {
  name: 'where-it-stands',
  transform: (code, id) =>
    code
      .replaceAll('import.meta.dirname', () => JSON.stringify(dirname(id)))
      .replaceAll('import.meta.url', () => JSON.stringify(pathToFileURL(id).href)),
};
