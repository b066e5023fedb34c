/** Electron's `default_app`, which an installed program lacks, so far as `electron [-r MODULE] PATH`
 * needs it. It starts the adapted program of a checkout, not its own entry. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { app } from 'electron';

const require = createRequire(import.meta.url);
const args = process.argv.slice(1);
const isModule = (at) => args[at - 1] === '-r';
const folder = resolve(args.find((arg, at) => !arg.startsWith('-') && !isModule(at)) ?? '.');
const { name, productName, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
app.setVersion(version);
app.setName(productName ?? name);
app.setAppPath(folder);
args.filter((_arg, at) => isModule(at)).forEach((module) => require(resolve(module)));
require(join(folder, '.cache/electron-22/main.cjs'));
