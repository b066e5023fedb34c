/** The other parts of set-up: what counts as installed, stamps, the lock, the words of a
 * failure. */
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setUp } from '../../scripts/setup.mjs';
import { buildStep } from '../../scripts/setup/app-build.mjs';
import { runCommand } from '../../scripts/setup/command.mjs';
import { withLock } from '../../scripts/setup/lock.mjs';
import { installedAsLocked, pruneOnnxRuntime } from '../../scripts/setup/packages.mjs';
import { userCacheFolder } from '../../scripts/setup/paths.mjs';
import { SetupError, describeError } from '../../scripts/setup/report.mjs';
import { unzip } from '../../scripts/setup/unzip.mjs';
import { makeSandbox, makeZip, type Sandbox } from './sandbox.ts';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

describe('installed packages', () => {
  const lock = (packages: object) => sandbox.write('package-lock.json', JSON.stringify({ packages }));
  const installed = (packages: object) =>
    sandbox.write('node_modules/.package-lock.json', JSON.stringify({ packages }));
  const vue = { 'node_modules/vue': { version: '3.5.0' } };
  const mac = { 'node_modules/only-mac': { version: '1.0.0', optional: true } };

  it('are as locked, though optional packages of other platforms are missing', () => {
    lock({ '': { name: 'app' }, ...vue, ...mac });
    installed(vue);
    expect(installedAsLocked(sandbox.root)).toBe(true);
  });

  it.each([
    ['an interrupted npm ci left no record', undefined],
    ['a version differs', { 'node_modules/vue': { version: '3.4.0' } }],
    ['a package is missing', {}],
    ['a package was removed from the lock file', { ...vue, 'node_modules/gone': { version: '1.0.0' } }],
  ])('are not as locked when %s', (_why, packages) => {
    lock({ '': { name: 'app' }, ...vue });
    if (packages) installed(packages);
    expect(installedAsLocked(sandbox.root)).toBe(false);
  });
});

describe('ONNX Runtime', () => {
  const binaries = 'node_modules/onnxruntime-node/bin/napi-v6';
  const places = ['linux/x64', 'linux/arm64', 'darwin/arm64', 'win32/x64'];
  const kept = () => places.filter((place) => existsSync(join(sandbox.root, binaries, place, 'lib')));

  it('keeps the libraries of this platform alone', () => {
    for (const place of places) sandbox.write(`${binaries}/${place}/lib`, '');
    pruneOnnxRuntime({ root: sandbox.root, platform: 'linux', arch: 'arm64' });
    expect(kept()).toEqual(['linux/arm64']);
  });

  it('is left as it is where it has none for this platform, or is not there', () => {
    pruneOnnxRuntime({ root: sandbox.root, platform: 'linux', arch: 'x64' });
    for (const place of places) sandbox.write(`${binaries}/${place}/lib`, '');
    pruneOnnxRuntime({ root: sandbox.root, platform: 'linux', arch: 'riscv64' });
    expect(kept()).toEqual(places);
  });
});

describe('the built workbench', () => {
  const config = () => sandbox.write('electron.vite.config.ts', 'export default {};');
  const builder = () => sandbox.program('node_modules/node/bin/node', 'exit 0');

  it('is not asked for while there is nothing to build', () => {
    expect(buildStep.isReady(sandbox.context)).toBe(true);
  });

  it('is built again after a source changed, even to the same size, and not otherwise', async () => {
    config();
    builder();
    const source = sandbox.write('src/core/pareto.ts', 'export const a = 1;');
    utimesSync(source, 1000, 1000);
    mkdirSync(join(sandbox.root, 'out'));
    expect(buildStep.isReady(sandbox.context)).toBe(false);
    await buildStep.make(sandbox.context);
    expect(buildStep.isReady(sandbox.context)).toBe(true);
    writeFileSync(source, 'export const a = 2;');
    expect(buildStep.isReady(sandbox.context)).toBe(false);
  });

  it('does not count as built after a failed build', async () => {
    config();
    sandbox.write('src/main.ts', '');
    mkdirSync(join(sandbox.root, 'out'));
    builder();
    await buildStep.make(sandbox.context);
    sandbox.program('node_modules/node/bin/node', 'echo "src/main.ts: unexpected token" >&2; exit 1');
    await expect(buildStep.make(sandbox.context)).rejects.toThrow('building the workbench');
    builder();
    expect(buildStep.isReady(sandbox.context)).toBe(false);
  });
});

describe('the lock of a checkout', () => {
  const times = { touchMs: 20, staleMs: 300, pollMs: 10 };
  const path = () => join(sandbox.root, '.cache/setup.lock');

  it('lets one work at a time', async () => {
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} starts`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      events.push(`${name} ends`);
    };
    await Promise.all(['a', 'b'].map((name) => withLock(path(), work(name), { times })));
    expect(events).toEqual([
      events[0],
      events[0]?.replace('starts', 'ends'),
      events[2],
      events[2]?.replace('starts', 'ends'),
    ]);
    expect(new Set(events).size).toBe(4);
  });

  it('is free again after a failure, and after its owner was killed', async () => {
    const failing = withLock(path(), () => Promise.reject(new Error('disk full')), { times });
    await expect(failing).rejects.toThrow('disk full');
    writeFileSync(path(), '');
    utimesSync(path(), 1000, 1000);
    await expect(withLock(path(), () => Promise.resolve('went on'), { times })).resolves.toBe('went on');
  });
});

describe('a failing step', () => {
  it('says what was wrong, where, and what to do, with the end of the output', async () => {
    sandbox.tool('pip', 'echo "No space left on device" >&2; exit 3');
    const pip = join(`${sandbox.context.env.PATH}`, 'pip');
    const failed = runCommand(pip, [], { env: sandbox.context.env, what: 'pip', advice: 'free some space.' });
    const error = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SetupError);
    const text = describeError(error);
    expect(text).toContain('exit code 3');
    expect(text).toContain('| No space left on device');
    expect(text).toContain('What to do: free some space.');
  });

  it('ends what takes too long', async () => {
    const failed = runCommand('/bin/sleep', ['20'], { what: 'waiting', advice: '', timeoutMs: 50 });
    await expect(failed).rejects.toThrow('took longer than 0.05 s');
  });

  it('stops set-up where npm is missing, with the place to get it', async () => {
    sandbox.write('package-lock.json', JSON.stringify({ packages: { 'node_modules/vue': { version: '1.0.0' } } }));
    const { root, env, report } = sandbox.context;
    const failed = setUp({ root, env, report, only: ['packages'] });
    await expect(failed).rejects.toMatchObject({
      message: expect.stringContaining('npm was not found'),
      advice: expect.stringContaining('https://nodejs.org'),
    });
  });
});

it('names the place that the system refuses, instead of showing a stack', () => {
  const refused = Object.assign(new Error("EACCES: permission denied, mkdir '/readonly/.cache'"), {
    path: '/readonly/.cache',
  });
  expect(describeError(refused)).toBe(
    `Set-up failed: ${refused.message}\n  What to do: see that you may write to /readonly/.cache and that its ` +
      'disk has room.',
  );
});

describe('a zip archive', () => {
  it('gives the chosen files, byte for byte', async () => {
    const archive = sandbox.write('a.zip', makeZip({ 'a/one.txt': 'one'.repeat(1000), 'a/two.txt': '' }));
    const place = join(sandbox.root, 'taken/one.txt');
    await expect(unzip(archive, (name: string) => (name === 'a/one.txt' ? place : undefined))).resolves.toBe(1);
    expect(readFileSync(place, 'utf8')).toBe('one'.repeat(1000));
  });

  it('is refused when it was cut short', async () => {
    const archive = sandbox.write('a.zip', makeZip({ one: 'one' }).subarray(0, 40));
    await expect(unzip(archive, () => undefined)).rejects.toThrow('cut short');
  });
});

it('keeps caches where each platform keeps them, and where XDG_CACHE_HOME says', () => {
  expect(userCacheFolder({ HOME: '/h' }, 'linux')).toBe('/h/.cache/trade-workbench');
  expect(userCacheFolder({ HOME: '/h' }, 'darwin')).toBe('/h/Library/Caches/trade-workbench');
  expect(userCacheFolder({ HOME: '/h', XDG_CACHE_HOME: '/x' }, 'darwin')).toBe('/x/trade-workbench');
  // The specification tells to ignore a relative path.
  expect(userCacheFolder({ HOME: '/h', XDG_CACHE_HOME: 'x' }, 'linux')).toBe('/h/.cache/trade-workbench');
});
