/**
 * The program as it is installed: packed by electron-builder from the very files that are shipped,
 * with a stand-in for Electron's own binary (`stub-electron.ts`), into a folder with spaces in its
 * name that is not written to again.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { listPackage, statFile } from '@electron/asar';
import { FuseState } from '@electron/fuses';
import { build } from 'electron-builder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builderConfiguration } from '../../scripts/package/builder.ts';
import { FUSES, wrongFuses } from '../../scripts/package/fuses.ts';
import { shippedRuntime } from '../../scripts/package/runtime.ts';
import { EXECUTABLE, makeStage } from '../../scripts/package/stage.ts';
import { TARGETS } from '../../scripts/package/targets.ts';
import { readJson } from '../../scripts/setup/files.mjs';
import { kernelsRecordPath } from '../../scripts/setup/paths.mjs';
import { driveShell } from '../electron-double/driven-shell.ts';
import type { DrivenShell } from '../electron-double/driven-shell.ts';
import { makeStubElectron } from './stub-electron.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OWN = { url: 'app://trade/#/runs' };
/** Those of this very processor, where set-up has built some: compiling others takes a minute. */
const kernels = readJson(kernelsRecordPath(ROOT));
const RUNTIME = shippedRuntime(
  ROOT,
  kernels?.path === undefined
    ? { reason: 'none in this checkout' }
    : {
        builds: [
          // No processor can do this: the next one is taken.
          { set: 'x86-64-v9', addon: kernels.path, needs: ['avx9'] },
          { set: 'native', addon: kernels.path, needs: [] },
        ],
      },
);
/** One student of some hundred weights, one epoch of a few images. */
const TINY = {
  ...{ name: 'Tiny', dataset: 'fashion-mnist', trainImages: 512, teacher: 'fashion-resnet', families: ['mlp-mixer'] },
  ...{ strategy: { id: 'random' }, objectives: ['accuracy', 'params'], limits: { params: 20_000 } },
  ...{ budget: { trials: 1 }, recipe: { epochs: 1 }, seed: 1 },
};

/** The stand-in is a shell script, and its distribution is laid out as Linux's. */
const isHere = process.platform === 'linux';

describe.skipIf(!isHere)(
  `the installed program${isHere ? '' : ' SKIP: its stand-in for Electron is for Linux'}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'trade package '));
    const installed = join(folder, 'out/linux-unpacked');
    const resources = join(installed, 'resources');
    const archive = join(resources, 'app.asar');
    const binary = join(installed, EXECUTABLE);
    const children = new Set<ChildProcess>();
    let before: readonly string[];
    let files: readonly string[];

    beforeAll(async () => {
      const electronDist = join(folder, 'electron');
      const node = join(ROOT, 'node_modules/node/bin/node');
      const wrong = Object.values(FUSES).map((isOn) => (isOn ? FuseState.DISABLE : FuseState.ENABLE));
      makeStubElectron(electronDist, node, wrong);
      // Links in the stead of copies, where it is the same disk: builder-util does that under
      // vitest.
      const stage = await makeStage({
        ...{ root: ROOT, folder: join(folder, 'stage'), runtime: RUNTIME, electronVersion: '45.4.1' },
      });
      const order = { root: ROOT, stage, output: join(folder, 'out'), electronDist, electronVersion: '45.4.1' };
      const config = builderConfiguration(order);
      await build({ projectDir: stage.app, publish: 'never', targets: TARGETS.dir.of('linux'), config });
      // The files are links to ours: the folders alone can be locked.
      for (const path of treeOf(installed).filter((one) => statSync(one).isDirectory())) chmodSync(path, 0o555);
      files = listPackage(archive, { isPack: false }).map((path) => path.replaceAll('\\', '/'));
      before = fingerprintOf(installed);
    });

    afterAll(() => {
      for (const child of children) child.kill('SIGKILL');
      for (const path of [installed, ...treeOf(installed)]) if (statSync(path).isDirectory()) chmodSync(path, 0o755);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    });

    it('has what Electron runs in its archive, and neither sources nor what plain Node runs', () => {
      for (const path of [
        '/package.json',
        '/out/main/index.js',
        '/out/preload/index.cjs',
        '/out/renderer/index.html',
      ]) {
        expect(files).toContain(path);
      }
      const stray = files.filter((path) =>
        /\.(ts|vue|map|cc)$|trainer-process|^\/(src|tests|scripts)\b|tfjs|\/echarts\//.test(path),
      );
      expect(stray).toEqual([]);
      // Native code cannot be loaded from within.
      for (const path of files.filter((one) => one.endsWith('.node'))) {
        expect([path, statFile(archive, path.slice(1))]).toEqual([path, expect.objectContaining({ unpacked: true })]);
        expect(existsSync(join(resources, 'app.asar.unpacked', path))).toBe(true);
      }
    });

    it('brings its own Node, data, examples and licences, and nothing of a checkout', () => {
      for (const path of [
        'node/bin/node',
        'bin/trade',
        'program/resources/teachers/fashion-resnet',
        'program/resources/tables/fashion-kd.json',
        'program/resources/licences/texts.txt',
        'program/resources/licences/node.txt',
        'sbom.cdx.json',
        'program/examples/fashion-quick.json',
        'program/node_modules/@img',
      ]) {
        expect([path, existsSync(join(resources, path))]).toEqual([path, true]);
      }
      // Those of TensorFlow lie beside its libraries, wherever these are.
      const libraries = treeOf(resources).filter((path) => /libtensorflow_cc\b/.test(basename(path)));
      expect(libraries).toHaveLength(RUNTIME.lacking === undefined ? 1 : 0);
      for (const path of libraries) {
        const beside = readdirSync(dirname(path));
        expect(beside).toEqual(expect.arrayContaining(['LICENSE', 'THIRD_PARTY_NOTICES.txt']));
      }
      const packages = readdirSync(join(resources, 'program/node_modules'));
      for (const name of ['electron', 'vitest', 'vite', 'vue', 'echarts', 'typescript', 'core-js'])
        expect(packages).not.toContain(name);
      // Binaries of this machine alone.
      const addons = treeOf(resources).filter((path) => path.endsWith('.node'));
      expect(addons.filter((path) => /musl|darwin|win32|arm64/.test(basename(path)))).toEqual([]);
    });

    it("has Electron's switches thrown, each of which stood wrong, and asks no server for updates", async () => {
      expect(await wrongFuses(binary)).toEqual([]);
      expect(await wrongFuses(join(folder, 'electron/electron'))).toHaveLength(Object.keys(FUSES).length);
      expect(treeOf(installed).filter((path) => /app-update\.yml|default_app\.asar|latest.*\.yml$/.test(path))).toEqual(
        [],
      );
    });

    function start(workspace: string): DrivenShell {
      const child = spawn(binary, ['--workspace', workspace], {
        env: { ...process.env, DOUBLE_USER_DATA: join(folder, 'user'), NODE_OPTIONS: '' },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.add(child);
      return driveShell(child);
    }

    it('opens a workspace, serves its page from the archive, and computes in a trainer of its own', async () => {
      const shell = start(join(folder, 'a workspace'));
      expect(await shell.next('load')).toBe('app://trade/');
      for (const [url, type] of [
        ['app://trade/', 'text/html; charset=utf-8'],
        [
          `app://trade${files.find((path) => /assets\/index-.*\.js$/.test(path))?.slice('/out/renderer'.length)}`,
          'text/javascript; charset=utf-8',
        ],
      ] as const) {
        shell.send({ type: 'fetch', url });
        expect(await shell.next('response')).toMatchObject({ status: 200, type });
      }
      shell.send({ type: 'fetch', url: 'app://trade/../../package.json' });
      expect(await shell.next('response')).toMatchObject({ status: 404 });
      // The trainer, by the Node and from the folders that were installed.
      shell.send({ type: 'call', frame: OWN, path: 'system.backend' });
      const backend = await shell.next('result');
      expect(backend).toMatchObject({ backend: RUNTIME.lacking === undefined ? 'tensorflow' : 'wasm' });
      expect(JSON.stringify(backend)).not.toContain(ROOT);
      if (RUNTIME.lacking === undefined && kernels?.path !== undefined) {
        expect(backend).toMatchObject({ versions: { kernels: 'shipped' }, kernels: { lanes: expect.any(Number) } });
      }
      // The strategy's process and the bundled data.
      shell.send({ type: 'call', frame: OWN, path: 'system.catalog' });
      shell.send({ type: 'close' });
      expect(await shell.next('exit')).toBe(0);
    });

    it('trains a student from a terminal, in a folder that it does not write to', () => {
      const config = join(folder, 'tiny.json');
      writeFileSync(config, JSON.stringify(TINY));
      mkdirSync(join(folder, 'home'));
      const { status, stdout, stderr } = spawnSync(
        join(resources, 'bin/trade'),
        ['search', config, '--json', '--workspace', join(folder, 'terminal workspace')],
        { env: { PATH: process.env['PATH'], HOME: join(folder, 'home') }, encoding: 'utf8' },
      );
      expect([status, stderr]).toEqual([0, expect.any(String)]);
      const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      expect(last).toMatchObject({ event: 'run.finished', run: { state: 'finished', trials: 1, failed: 0 } });
    });

    it('trains on WebAssembly too, and writes a student as ONNX and tries it', () => {
      // What is left out of the packages is found here: each of these has its own.
      const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), TRADE_BACKEND: 'wasm' };
      const trade = (...args: readonly string[]): string => {
        const { status, stdout, stderr } = spawnSync(join(resources, 'bin/trade'), args, { env, encoding: 'utf8' });
        expect([status, stderr]).toEqual([0, expect.any(String)]);
        return stdout;
      };
      const workspace = ['--workspace', join(folder, 'another workspace')];
      const lines = trade('search', join(folder, 'tiny.json'), '--json', ...workspace)
        .trim()
        .split('\n');
      const { run }: { run: { front: readonly { trial: string }[] } } = JSON.parse(lines.at(-1) ?? ''); // our own
      const student = join(folder, 'student.onnx');
      trade('export', run.front[0]?.trial ?? '', '--format', 'onnx', '--out', student, ...workspace);
      expect(statSync(student).size).toBeGreaterThan(1000);
    });

    it('is the same afterwards, file by file', () => {
      expect(fingerprintOf(installed)).toEqual(before);
    });
  },
);

/** Folders before what is in them. */
function treeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => join(folder, name));
}

function fingerprintOf(folder: string): readonly string[] {
  return treeOf(folder).map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  });
}
