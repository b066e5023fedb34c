/** Electron's `default_app`, which an installed program lacks, as `electron [-r MODULE] PATH` needs
 * it. It starts the adapted program of a checkout, so it does not prove the product's own entry. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { app } from 'electron';

const require = createRequire(import.meta.url);
const args = process.argv.slice(1);
const isModule = (at) => args[at - 1] === '-r';
const given = resolve(args.find((arg, at) => !arg.startsWith('-') && !isModule(at)) ?? '.');
const root = rootOf(given);
const { name, productName, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
app.setVersion(version);
app.setName(productName ?? name);
app.setAppPath(root);
// A script of ours has its bundle beside the program's.
globalThis.programFile = given === root ? 'program.cjs' : `${basename(given, '.ts')}.cjs`;
args.filter((_arg, at) => isModule(at)).forEach((module) => require(resolve(module)));
require(join(root, '.cache/electron-22/main.cjs'));

function rootOf(path) {
  return existsSync(join(path, 'package.json')) ? path : rootOf(dirname(path));
}
