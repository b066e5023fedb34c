/** The folder of a built compute runtime: its name, its place in the user's cache, and when it counts as whole. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash, readJson } from './files.mjs';
import { userCacheFolder } from './paths.mjs';
import { TENSORFLOW_VERSION, runtimeTarget } from './runtime-targets.mjs';

/** Raise it when the layout of the runtime's folder or the way it is built changes. */
const LAYOUT = 1;
export const tfjsNodeFolder = (root) => join(root, 'node_modules/@tensorflow/tfjs-node-gpu');

/** What this checkout needs: the key names everything that the built binding depends on. */
export function describeRuntime({ root, env, platform, arch }) {
  const target = runtimeTarget(platform, arch);
  const sources = [join(tfjsNodeFolder(root), 'binding'), join(root, 'node_modules/node-api-headers/include')];
  const inputs = JSON.stringify({ LAYOUT, TENSORFLOW_VERSION, target, binding: contentHash(sources) });
  const hash = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const key = `tensorflow-${TENSORFLOW_VERSION}-${platform}-${arch}-${hash}`;
  return { key, target, folder: join(userCacheFolder(env, platform), 'runtime', key) };
}

/** A runtime counts when its record, written last, fits its place and all its files have their sizes. */
export function isComplete({ key, folder }) {
  const record = readJson(join(folder, 'runtime.json'));
  if (record?.key !== key || record.folder !== folder) return false;
  const bytesOf = (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size;
  return Object.entries(record.files).every(([name, bytes]) => bytesOf(name) === bytes);
}
