/** Which of npm's packages a built program needs: those that its files name, and what these need in
 * turn, by the lock file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLoaded } from './left-out.ts';

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** `entry` and the chunks that it reaches, as names of files in `folder`. */
export function reachedFrom(folder: string, entry: string): readonly string[] {
  const reached = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const [, name] of readFileSync(join(folder, file), 'utf8').matchAll(/["'`]\.\/([\w.-]+\.js)["'`]/g)) {
      if (name !== undefined && existsSync(join(folder, name))) waiting.push(name);
    }
  }
  return [...reached].sort();
}

/** Of the direct dependencies those that one of these built files names, in an import or to a
 * `require` of its own. */
export function packagesNamedBy(root: string, files: readonly string[]): readonly string[] {
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  return shippedDependencies(root).filter((name) => {
    const quoted = new RegExp(`["'\`]${name.replaceAll('/', '\\/')}(?:\\/[^"'\`\\s]*)?["'\`]`);
    return texts.some((text) => quoted.test(text));
  });
}

/** Folders below the root, `node_modules/a/node_modules/b`; what is optional and not installed is
 * left out, and what is never loaded. */
export function closureOf(root: string, names: readonly string[]): readonly string[] {
  const lock = readLock(root);
  const found = new Set<string>();
  const visit = (name: string, from: string, isNeeded: boolean): void => {
    const path = placesOf(name, from).find((place) => lock[place] !== undefined && existsSync(join(root, place)));
    if (path === undefined) {
      if (isNeeded) throw new Error(`node_modules lacks ${name}, which ${from || 'the program'} needs: run "npm ci".`);
      return;
    }
    if (found.has(path) || !isLoaded(path)) return;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, ...rest } = lock[path] ?? {};
    for (const inner of Object.keys(dependencies)) visit(inner, path, !(inner in optionalDependencies));
    for (const inner of Object.keys(optionalDependencies)) visit(inner, path, false);
    for (const inner of Object.keys(peerDependencies)) {
      if (rest.peerDependenciesMeta?.[inner]?.optional !== true) visit(inner, path, false);
    }
  };
  const { optionalDependencies = {} } = lock[''] ?? {};
  for (const name of names) visit(name, '', !(name in optionalDependencies));
  return [...found].sort();
}

/** All that the program itself depends on. */
export function shippedDependencies(root: string): readonly string[] {
  const { dependencies, optionalDependencies } = readLock(root)[''] ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies });
}

/** `paths`: as `closureOf` gives them; what is there, as `name@version`. */
export function lockedAt(root: string, paths: readonly string[]): readonly string[] {
  const lock = readLock(root);
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return paths.map((path) => `${nameOf(path)}@${lock[path]?.version}`);
}

/** As Node looks for it: beside the package that asks, then one folder up after the other. */
function placesOf(name: string, from: string): readonly string[] {
  const places: string[] = [];
  for (let folder = from; folder !== ''; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    places.push(`${folder}/node_modules/${name}`);
  }
  return [...places, `node_modules/${name}`];
}

function readLock(root: string): Readonly<Record<string, LockedPackage>> {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  // Sound: npm's own format, version 3.
  return (JSON.parse(text) as { readonly packages: Readonly<Record<string, LockedPackage>> }).packages;
}
