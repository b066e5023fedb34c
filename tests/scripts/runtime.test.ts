/** The compute runtime of set-up: built once, never half, and given up with one line where it cannot be had. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeRuntime, isComplete } from '../../scripts/setup/runtime-folder.mjs';
import { isDecided, runtimeStep } from '../../scripts/setup/runtime.mjs';
import { makeSandbox, makeZip, type Sandbox } from './sandbox.ts';

const WHEEL = {
  'tensorflow/libtensorflow_cc.so.2': 'library',
  'tensorflow/libtensorflow_framework.so.2': 'framework',
  'tensorflow/include/tensorflow/c/c_api.h': '// header',
  'tensorflow/python/unwanted.py': 'pass',
};
const TAKE_DESTINATION = 'while [ "$1" != --dest ]; do shift; done; dest="$2"';
const TAKE_OUTPUT = 'while [ "$1" != -o ]; do shift; done; out="$2"';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

const record = () => JSON.parse(readFileSync(join(sandbox.root, '.cache/runtime.json'), 'utf8'));
const installed = () => join(sandbox.root, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node');
const shelf = () => dirname(describeRuntime(sandbox.context).folder);

/** pip that hands out the wheel, a compiler that writes its count of runs, a Node that judges the binding. */
function giveTools(judge = 'exit 0') {
  const wheel = sandbox.write('wheel.whl', makeZip(WHEEL));
  sandbox.tool('python3', `[ "$3" = --version ] && exit 0\n${TAKE_DESTINATION}\ncp "${wheel}" "$dest/tensorflow.whl"`);
  sandbox.tool('g++', `${TAKE_OUTPUT}\nprintf x >> "${sandbox.root}/compiled"\nprintf binding > "$out"`);
  sandbox.program('node_modules/node/bin/node', judge);
}

const compilations = () => readFileSync(join(sandbox.root, 'compiled'), 'utf8').length;

describe('where a tool is missing', () => {
  it('chooses wasm without a compiler, instead of failing after a long download', async () => {
    sandbox.tool('python3', 'exit 0');
    await runtimeStep.make(sandbox.context);
    expect(record()).toMatchObject({ backend: 'wasm', reason: expect.stringContaining('no C++ compiler') });
    expect(sandbox.lines).toHaveLength(1);
  });

  it('chooses wasm without Python and says which package brings it', async () => {
    sandbox.tool('g++', 'exit 0');
    await runtimeStep.make(sandbox.context);
    expect(record()).toMatchObject({ backend: 'wasm', reason: expect.stringContaining('python3-pip') });
  });

  it('chooses wasm on a machine that TensorFlow has no library for', async () => {
    await runtimeStep.make({ ...sandbox.context, platform: 'freebsd' });
    expect(record()).toMatchObject({ backend: 'wasm', reason: expect.stringContaining('freebsd') });
  });

  it('remembers the answer, but looks again once the tool is there or when told to', async () => {
    sandbox.tool('python3', 'exit 0');
    await runtimeStep.make(sandbox.context);
    expect(isDecided(sandbox.context)).toBe(true);
    expect(isDecided({ ...sandbox.context, retry: true })).toBe(false);
    sandbox.tool('g++', 'exit 0');
    expect(isDecided(sandbox.context)).toBe(false);
  });
});

describe('where the tools are', () => {
  it('builds the runtime, installs the binding, and keeps neither wheel nor headers', async () => {
    giveTools();
    await runtimeStep.make(sandbox.context);
    const { folder } = describeRuntime(sandbox.context);
    expect(record()).toMatchObject({ backend: 'tensorflow', library: folder, version: '2.21.0' });
    expect(readdirSync(folder).sort()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'runtime.json',
      'tfjs_binding.node',
    ]);
    expect(readFileSync(installed(), 'utf8')).toBe('binding');
    expect(readdirSync(shelf())).toHaveLength(1);
    expect(isDecided(sandbox.context)).toBe(true);
  });

  it('takes the runtime that another checkout built, and only copies the binding', async () => {
    giveTools();
    await runtimeStep.make(sandbox.context);
    writeFileSync(installed(), 'damaged');
    expect(isDecided(sandbox.context)).toBe(false);
    await runtimeStep.make(sandbox.context);
    expect(compilations()).toBe(1);
    expect(readFileSync(installed(), 'utf8')).toBe('binding');
  });

  it('does not use a half-made runtime at its place, but replaces it', async () => {
    giveTools();
    const { folder, key } = describeRuntime(sandbox.context);
    const files = { 'libtensorflow_cc.so.2': 700 };
    const half = join(folder, 'libtensorflow_cc.so.2');
    mkdirSync(folder, { recursive: true });
    writeFileSync(half, 'cut short');
    writeFileSync(join(folder, 'runtime.json'), JSON.stringify({ key, folder, files }));
    expect(isComplete({ key, folder })).toBe(false);
    await runtimeStep.make(sandbox.context);
    expect(readFileSync(half, 'utf8')).toBe('library');
    expect(isComplete({ key, folder })).toBe(true);
    expect(readdirSync(shelf())).toHaveLength(1);
  });

  it('builds once more when the self-test fails, then falls back and leaves nothing behind', async () => {
    giveTools('echo "filter gradient: expected 27" >&2; exit 1');
    await runtimeStep.make(sandbox.context);
    expect(compilations()).toBe(2);
    expect(record()).toMatchObject({
      backend: 'wasm',
      reason: expect.stringContaining('filter gradient: expected 27'),
    });
    expect(readdirSync(shelf())).toEqual([]);
    expect(existsSync(installed())).toBe(false);
  });

  it('falls back when the wheel is damaged, naming the wheel', async () => {
    giveTools();
    sandbox.write('wheel.whl', makeZip(WHEEL).subarray(0, 60));
    await runtimeStep.make(sandbox.context);
    expect(record()).toMatchObject({ backend: 'wasm', reason: expect.stringContaining('wheel could not be unpacked') });
    expect(readdirSync(shelf())).toEqual([]);
  });

  it('lets two set-ups build at once: both end with the same whole runtime', async () => {
    giveTools();
    await Promise.all([runtimeStep.make(sandbox.context), runtimeStep.make(sandbox.context)]);
    expect(isComplete(describeRuntime(sandbox.context))).toBe(true);
    expect(readdirSync(shelf())).toHaveLength(1);
    expect(isDecided(sandbox.context)).toBe(true);
  });

  it('builds anew when the binding of tfjs-node changes, instead of loading the old one', async () => {
    const before = describeRuntime(sandbox.context).key;
    sandbox.write('node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_backend.cc', '// newer binding');
    expect(describeRuntime(sandbox.context).key).not.toBe(before);
  });
});

it('passes an interruption on instead of recording wasm for the next day', async () => {
  giveTools();
  sandbox.tool('python3', '[ "$3" = --version ] && exit 0\nexec /bin/sleep 30');
  const interruption = new AbortController();
  const context = { ...sandbox.context, signal: interruption.signal };
  const made = runtimeStep.make(context);
  setTimeout(() => interruption.abort(), 200);
  await expect(made).rejects.toMatchObject({ code: 'interrupted' });
  expect(existsSync(join(sandbox.root, '.cache/runtime.json'))).toBe(false);
  expect(readdirSync(shelf())).toEqual([]);
});
