/** Where set-up finds and keeps things. Built-ins only, any Node >= 20. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The Node 24 that npm's package `node` brought; `.bin/node` is a link to it, but a script on
 * Windows. */
export function node24Path(root, platform = process.platform) {
  return join(root, 'node_modules/node/bin', platform === 'win32' ? 'node.exe' : 'node');
}

/** The user's cache folder of this product; shared by all checkouts. */
export function userCacheFolder(env = process.env, platform = process.platform) {
  const home = env.HOME ?? homedir();
  const own = env.XDG_CACHE_HOME;
  const base =
    own && isAbsolute(own)
      ? own
      : platform === 'darwin'
        ? join(home, 'Library/Caches')
        : platform === 'win32'
          ? (env.LOCALAPPDATA ?? join(home, 'AppData/Local'))
          : join(home, '.cache');
  return join(base, 'trade-workbench');
}

/** What set-up remembers about this checkout; ignored by git. */
export const checkoutCache = (root) => join(root, '.cache');

/** Which backend the product uses here; read by src/compute/backend. */
export const runtimeRecordPath = (root) => join(checkoutCache(root), 'runtime.json');

/** Our own kernels for this checkout's runtime, or why there are none; read by src/compute/backend.
 * `isa`: of a named set. */
export const kernelsRecordPath = (root, isa) =>
  join(checkoutCache(root), isa === undefined ? 'kernels.json' : `kernels-${isa}.json`);
