/**
 * The npm packages, and Node 24 among them. Install scripts stay off: the only one that is needed
 * is that of the package `node`, whose script fetches the binary of this platform from the npm
 * registry.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findProgram, isExecutable, readJson } from './files.mjs';
import { runCommand } from './command.mjs';
import { node24Path } from './paths.mjs';
import { SetupError } from './report.mjs';

const NPM_ADVICE =
  'look at the lines above; mostly the npm registry could not be reached (check the network and `npm config ' +
  'get registry`) ' +
  'or the disk is full. Then run the same command again.';

/** Installs exactly what package-lock.json says. */
export const packagesStep = {
  title: 'Packages: npm ci',
  isReady: ({ root }) => installedAsLocked(root),
  async make({ root, env, signal, platform, arch }) {
    if (!existsSync(join(root, 'package-lock.json'))) {
      throw new SetupError({
        message: `${join(root, 'package-lock.json')} is missing`,
        advice: 'restore it with `git checkout package-lock.json`.',
      });
    }
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await runNpm(args, { root, env, signal, what: `npm ci in ${root}` });
    pruneOnnxRuntime({ root, platform, arch });
  },
};

/** Lets the package `node` fetch the Node that runs everything but set-up. */
export const nodeStep = {
  title: 'Node 24: from the npm package `node`',
  isReady: ({ root, platform }) => isExecutable(node24Path(root, platform)),
  async make({ root, env, signal, platform }) {
    // npm's `ignore-scripts` may be set in the user's own configuration; this one script is wanted.
    await runNpm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error'], {
      root,
      env,
      signal,
      what: 'fetching Node 24 (npm rebuild node)',
    });
    if (isExecutable(node24Path(root, platform))) return;
    throw new SetupError({
      message: `npm rebuild node made no ${node24Path(root, platform)}`,
      advice: 'delete node_modules and run the same command again.',
    });
  },
};

/**
 * Compares the lock file with npm's own record of what it installed, which it writes last: an
 * interrupted install has none. Optional packages of other platforms may be missing.
 */
export function installedAsLocked(root) {
  const locked = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))?.packages;
  if (!locked || !installed) return false;
  const same = (path) => locked[path]?.version === installed[path]?.version;
  return (
    Object.keys(installed).every(same) &&
    Object.keys(locked).every((path) => path === '' || same(path) || (locked[path].optional && !installed[path]))
  );
}

/** ONNX Runtime carries the libraries of every platform, 288 MB; this one's are 25 to 86 MB of
 * it. */
export function pruneOnnxRuntime({ root, platform, arch }) {
  const binaries = join(root, 'node_modules/onnxruntime-node/bin/napi-v6');
  // Where this platform's are not among them, nothing is known about the layout: leave it.
  if (!existsSync(join(binaries, platform, arch))) return;
  for (const system of readdirSync(binaries)) {
    for (const machine of readdirSync(join(binaries, system))) {
      if (system === platform && machine === arch) continue;
      rmSync(join(binaries, system, machine), { recursive: true, force: true });
    }
  }
}

/** Runs npm with the Node that npm itself runs on: the one in node_modules is about to be
 * replaced. */
function runNpm(args, { root, env, signal, what }) {
  const outside = { ...env, PATH: withoutOwnBin(env.PATH ?? '', root) };
  const common = { cwd: root, env: outside, signal, what, advice: NPM_ADVICE };
  if (env.npm_execpath && env.npm_node_execpath && /npm-cli\.js$/.test(env.npm_execpath)) {
    return runCommand(env.npm_node_execpath, [env.npm_execpath, ...args], common);
  }
  const npm = findProgram(['npm'], outside);
  if (npm) return runCommand(npm, args, common);
  throw new SetupError({
    message: 'npm was not found on the PATH',
    advice: 'install Node.js with npm (https://nodejs.org, version 20 or newer) and run `npm start` again.',
  });
}

const withoutOwnBin = (path, root) =>
  path
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, 'node_modules')))
    .join(delimiter);
