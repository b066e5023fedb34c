/** House rules that a file can break without anyone noticing: its length, its import paths, loose
 * versions, install scripts. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LIMIT = { '.ts': 400, '.vue': 250 };
const EXACT_VERSION = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean; readonly resolved?: string }>>;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
// The shapes of npm's own files.
const manifest = JSON.parse(read('package.json')) as Manifest;
const lockFile = JSON.parse(read('package-lock.json')) as LockFile;

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => /\.(ts|vue)$/.test(path));

describe('the files of src', () => {
  it.each(Object.entries(LIMIT))('do not outgrow a reader: no %s over %i lines', (ending, limit) => {
    const lengths = sources.filter((path) => path.endsWith(ending)).map((path) => ({ path, lines: lineCount(path) }));
    expect(lengths.filter(({ lines }) => lines > limit)).toEqual([]);
  });

  it('name the ending of what they import, without which Node cannot run them from source', () => {
    const nodeRooms = sources.filter((path) => path.endsWith('.ts') && !path.startsWith('src/renderer/'));
    const loose = nodeRooms.flatMap((path) => relativeImports(path).filter((target) => !/\.(ts|json)$/.test(target)));
    expect(loose).toEqual([]);
  });
});

describe('the packages', () => {
  it('are pinned to exact versions, so that every clone installs the same', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const wanted = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(wanted.filter(([, version]) => !EXACT_VERSION.test(version))).toEqual([]);
  });

  it('run no install script that was not decided on; only `node` may', () => {
    const withScript = Object.entries(lockFile.packages).filter(([, entry]) => entry.hasInstallScript);
    const names = withScript.map(([path]) => path.split('node_modules/').pop() ?? path);
    expect(names.filter((name) => !(name in manifest.allowScripts))).toEqual([]);
    expect(Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name])).toEqual(['node']);
  });

  it('come from the npm registry alone, not from an address that somebody could change', () => {
    const addresses = Object.values(lockFile.packages).flatMap(({ resolved }) => resolved ?? []);
    expect(addresses.filter((address) => !address.startsWith('https://registry.npmjs.org/'))).toEqual([]);
  });
});

function lineCount(path: string): number {
  return read(path).trimEnd().split('\n').length;
}

function relativeImports(path: string): string[] {
  return [...read(path).matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) => `${match[1]}`);
}
