/** better-sqlite3's addon for Electron 22: its own sources, compiled for Node-API 8. The prebuilt
 * one asks for 10. It does not prove the addon that is shipped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../scripts/setup/command.mjs';

const ADVICE = 'install a compiler for C++20 (GCC 10 and newer; Debian: g++) and run the same command again.';

/** What the package defines for SQLite, from its own list. */
const definesOf = (gypi) => [...gypi.matchAll(/^ *'([A-Z0-9_]+(?:=-?\d+)?)',$/gm)].map(([, define]) => `-D${define}`);

/**
 * @param {{ root: string, env: NodeJS.ProcessEnv, signal?: AbortSignal }} context
 * @param {string} compiler path of g++ or clang++
 * @param {string} addon where it goes
 * @param {string} temporary folder for what is compiled
 */
export async function compileSqlite({ root, env, signal }, compiler, addon, temporary) {
  const modules = join(root, 'node_modules');
  const own = join(modules, 'better-sqlite3');
  const run = (args) =>
    runCommand(compiler, args, { env, signal, what: "SQLite's addon could not be compiled", advice: ADVICE });
  const objects = [join(temporary, 'sqlite3.o'), join(temporary, 'addon.o')];
  const quick = ['-w', '-O1', '-fPIC'];
  await Promise.all([
    run([
      ...['-x', 'c', '-std=c99', ...quick, ...definesOf(readFileSync(join(own, 'deps/defines.gypi'), 'utf8'))],
      ...['-c', join(own, 'deps/sqlite3/sqlite3.c'), '-o', objects[0]],
    ]),
    run([
      ...['-std=c++20', ...quick, '-include', join(import.meta.dirname, 'string-reference.h')],
      ...['-DNAPI_VERSION=8', '-DNAPI_DISABLE_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
      ...[join(own, 'deps/sqlite3'), join(modules, 'node-addon-api'), join(modules, 'node-api-headers/include')].map(
        (folder) => `-I${folder}`,
      ),
      ...['-c', join(own, 'src/better_sqlite3.cpp'), '-o', objects[1]],
    ]),
  ]);
  // Without -Bsymbolic it would call the SQLite that Electron carries.
  await run(['-shared', '-o', addon, ...objects, '-Wl,-Bsymbolic', '-ldl']);
}
