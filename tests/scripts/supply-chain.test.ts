/**
 * What is installed is what was looked at: exact versions from the npm registry by their hashes, no
 * install script that was not named, and no known hole that nobody has judged.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, copyFileSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

type Versions = Readonly<Record<string, string>>;

interface Manifest {
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
  readonly optionalDependencies: Versions;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

// Sound: our own files, in npm's form.
const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const manifest = read('package.json') as Manifest;
const lock = (read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked & Manifest>> }).packages;
const installed = Object.entries(lock).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

it('names exact versions, and the lock file has the very same', () => {
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
    const loose = Object.entries(manifest[kind]).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
    expect(lock['']?.[kind]).toEqual(manifest[kind]);
    for (const [name, version] of Object.entries(manifest[kind])) {
      expect([name, lock[`node_modules/${name}`]?.version]).toEqual([name, version]);
    }
  }
});

it('has the hash of every package, and none from anywhere but the npm registry', () => {
  const strange = installed.filter(([, { integrity = '', resolved, link }]) => {
    const isFromRegistry = resolved === undefined || resolved.startsWith('https://registry.npmjs.org/');
    return !/^sha512-/.test(integrity) || !isFromRegistry || link === true;
  });
  expect(strange.map(([path]) => path)).toEqual([]);
});

it('runs no install script but that which brings Node, and has a word on every package that has one', () => {
  const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
  expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set(scripted)].sort());
  const allowed = Object.entries(manifest.allowScripts).flatMap(([name, isAllowed]) => (isAllowed ? [name] : []));
  expect(allowed).toEqual(['node']);
  // Older npm knows no such list: set-up keeps all scripts off by itself.
  expect(readFileSync(join(ROOT, 'scripts/setup/packages.mjs'), 'utf8')).toMatch(/\['ci', '--ignore-scripts'/);
});

/** Known holes of shipped packages that do no harm here, by their advisory, each with the
 * reason. */
const JUDGED: Readonly<Record<string, string>> = {};

interface Audit {
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly via: readonly (string | { readonly url: string; readonly title: string })[] }>
  >;
}

it('ships no package with a known hole that nobody has judged', { timeout: 120_000 }, (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  try {
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(ROOT, name), join(folder, name));
    const command = 'npm audit --omit=dev --json --fetch-retries=0 --fetch-timeout=20000';
    const { stdout } = spawnSync(command, { cwd: folder, encoding: 'utf8', timeout: 60_000, shell: true });
    const answer = parsed(stdout);
    if (answer?.vulnerabilities === undefined) context.skip('the registry that is set up here answers no audit');
    const found = Object.entries(answer?.vulnerabilities ?? {}).flatMap(([name, { via }]) =>
      via.flatMap((one) => (typeof one === 'string' ? [] : [`${name}: ${one.title} (${one.url})`])),
    );
    const open = found.filter((hole) => !Object.keys(JUDGED).some((advisory) => hole.includes(advisory)));
    expect(open).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function parsed(text: string): Audit | undefined {
  try {
    return JSON.parse(text) as Audit; // npm's form
  } catch {
    return undefined;
  }
}
