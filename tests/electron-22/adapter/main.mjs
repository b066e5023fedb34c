/** What goes before the program in Electron 22: the parts of Electron 45, Node 24 and V8 that it
 * lacks. What is put here is not proved by it. */
import './node.mjs';
import './serializer.mjs';
import './electron.mjs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

// The program takes itself for `out/main/index.js`, wherever the bundle lies.
globalThis.programFolder = join(app.getAppPath(), 'out/main');
globalThis.programUrl = pathToFileURL(join(globalThis.programFolder, 'index.js')).href;
// As Electron does for an ES module: a program that could not start says so, and ends.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  app.exit(70);
});
createRequire(import.meta.url)('./program.cjs');
