/** The folder of a built compute runtime: its name, its place in a cache, and when it counts as
 * whole. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash, readJson } from './files.mjs';
import { checkoutCache, userCacheFolder } from './paths.mjs';
import { TENSORFLOW_VERSION, machineLibc, runtimeTarget } from './runtime-targets.mjs';

/** Raise it when the layout of the runtime's folder or the way it is built changes. */
const LAYOUT = 5;
export const tfjsNodeFolder = (root) => join(root, 'node_modules/@tensorflow/tfjs-node-gpu');

/**
 * What this checkout needs for a device: the key names everything that the built binding depends
 * on. `folders` are the places for it, best first: the user's cache, which all checkouts share, and
 * the checkout's own for where that is read-only.
 */
export function describeRuntime({ root, env, platform, arch, libc = machineLibc() }, device = 'cpu') {
  const target = runtimeTarget({ platform, arch, device });
  const sources = [join(tfjsNodeFolder(root), 'binding'), join(root, 'node_modules/node-api-headers/include')];
  const inputs = JSON.stringify({ LAYOUT, target, libc, binding: contentHash(sources) });
  const hash = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const key = `tensorflow-${TENSORFLOW_VERSION}-${platform}-${arch}-${device}-${hash}`;
  const folders = [userCacheFolder(env, platform), checkoutCache(root)].map((cache) => join(cache, 'runtime', key));
  return { key, target, folders };
}

/** A runtime counts when its record, written last, fits its place and all its files have their
 * sizes. */
export function isComplete(key, folder) {
  const record = readJson(join(folder, 'runtime.json'));
  if (record?.key !== key || record.folder !== folder || record.version !== TENSORFLOW_VERSION) return false;
  const bytesOf = (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size;
  return Object.entries(record.files).every(([name, bytes]) => bytesOf(name) === bytes);
}
