/** Does not prove: ES modules as entry, `protocol.handle`, V8 13 and Node 24, which are put into
 * Electron 22 here before the program starts, nor the shipped addon of SQLite. */
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
createRequire(import.meta.url)(`./${globalThis.programFile ?? 'program.cjs'}`);
