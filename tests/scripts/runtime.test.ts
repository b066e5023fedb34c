/** The compute runtime of set-up: built once, never half, and given up with one line where it
 * cannot be had. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
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
const LIBRARY = 'tensorflow/libtensorflow_cc.so.2';
const TAKE_DESTINATION = 'while [ "$1" != --dest ]; do shift; done; dest="$2"';
const TAKE_OUTPUT = 'while [ "$1" != -o ]; do shift; done; out="$2"';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

const record = () => JSON.parse(readFileSync(join(sandbox.root, '.cache/runtime.json'), 'utf8'));
const installed = () => join(sandbox.root, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node');
const wanted = () => {
  const { key, folders } = describeRuntime(sandbox.context);
  const [folder = '', inCheckout = ''] = folders;
  return { key, folder, inCheckout };
};
const shelf = () => dirname(wanted().folder);
const isWhole = () => isComplete(wanted().key, wanted().folder);

/** pip that hands out the wheel and notes what it was asked for, a compiler that does as if, a Node
 * that judges the binding. */
function giveTools(judge = 'exit 0') {
  const wheel = sandbox.write('wheel.whl', makeZip(WHEEL));
  const note = `echo "$@" >> "${sandbox.root}/fetched"`;
  const fetch = `${TAKE_DESTINATION}\ncp "${wheel}" "$dest/tensorflow.whl"`;
  sandbox.tool('python3', `[ "$3" = --version ] && exit 0\n${note}\n${fetch}`);
  sandbox.tool('g++', `${TAKE_OUTPUT}\nprintf binding > "$out"`);
  sandbox.program('node_modules/node/bin/node', `printf x >> "${sandbox.root}/tested"\n${judge}`);
}

const downloads = () => readFileSync(join(sandbox.root, 'fetched'), 'utf8').trim().split('\n');
const selfTests = () => readFileSync(join(sandbox.root, 'tested'), 'utf8').length;

function changeRecord(change: object): void {
  const path = join(wanted().folder, 'runtime.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
}

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
  it('builds the runtime, installs the binding, and keeps of the wheel only libraries and headers', async () => {
    giveTools();
    await runtimeStep.make(sandbox.context);
    const { folder } = wanted();
    expect(record()).toMatchObject({ backend: 'tensorflow', device: 'cpu', library: folder, version: '2.21.0' });
    expect(record().note).toBeUndefined();
    const kept = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(kept.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort()).toEqual([
      'include/tensorflow/c/c_api.h',
      'runtime.json',
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
      'tfjs_binding.node',
    ]);
    expect(readFileSync(installed(), 'utf8')).toBe('binding');
    expect(readdirSync(shelf())).toHaveLength(1);
    expect(isDecided(sandbox.context)).toBe(true);
  });

  it('tests it with oneDNN turned on, which TensorFlow leaves off without AVX-512', async () => {
    giveTools('[ "$TF_ENABLE_ONEDNN_OPTS" = 1 ] && echo "onednn_verbose,info,oneDNN v3.7.3 (commit 0)"');
    await runtimeStep.make(sandbox.context);
    expect(record()).toMatchObject({ backend: 'tensorflow' });
    const built: unknown = JSON.parse(readFileSync(join(wanted().folder, 'runtime.json'), 'utf8'));
    expect(built).toMatchObject({ oneDnn: '3.7.3' });
  });

  it('takes the runtime that another checkout built, and only copies the binding', async () => {
    giveTools();
    await runtimeStep.make(sandbox.context);
    writeFileSync(installed(), 'damaged');
    expect(isDecided(sandbox.context)).toBe(false);
    await runtimeStep.make(sandbox.context);
    expect(downloads()).toHaveLength(1);
    expect(readFileSync(installed(), 'utf8')).toBe('binding');
  });

  it.each([
    ['whose library was cut short', () => writeFileSync(join(wanted().folder, LIBRARY), 'libr')],
    ['whose library was deleted', () => rmSync(join(wanted().folder, LIBRARY))],
    ['whose record was never written', () => rmSync(join(wanted().folder, 'runtime.json'))],
    ['of another version', () => changeRecord({ version: '2.20.0' })],
    ['that was copied from another place', () => changeRecord({ folder: '/elsewhere' })],
    ['that was deleted with the whole cache', () => rmSync(shelf(), { recursive: true })],
  ])('does not use a runtime %s, but builds it anew', async (_what, damage) => {
    giveTools();
    await runtimeStep.make(sandbox.context);
    damage();
    expect(isDecided(sandbox.context)).toBe(false);
    await runtimeStep.make(sandbox.context);
    expect(downloads()).toHaveLength(2);
    expect(isWhole()).toBe(true);
    expect(readFileSync(join(wanted().folder, LIBRARY), 'utf8')).toBe('library');
    expect(readdirSync(shelf())).toHaveLength(1);
  });

  it('builds once more when the self-test fails, then falls back and leaves nothing behind', async () => {
    giveTools('echo "filter gradient: expected 27" >&2; exit 1');
    await runtimeStep.make(sandbox.context);
    expect(selfTests()).toBe(2);
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
    expect(isWhole()).toBe(true);
    expect(readdirSync(shelf())).toHaveLength(1);
    expect(isDecided(sandbox.context)).toBe(true);
  });

  it('builds anew when the binding of tfjs-node changes, instead of loading the old one', async () => {
    const before = wanted().key;
    sandbox.write('node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_backend.cc', '// newer binding');
    expect(wanted().key).not.toBe(before);
  });

  it('does not load a binding that a newer system linked into a shared cache', () => {
    const keyFor = (libc: string) => describeRuntime({ ...sandbox.context, libc }).key;
    expect(keyFor('2.31')).not.toBe(keyFor('2.41'));
  });

  it('tests a whole runtime again when told to, and builds it anew if it fails', async () => {
    giveTools();
    await runtimeStep.make(sandbox.context);
    const again = { ...sandbox.context, retry: true };
    await runtimeStep.make(again);
    expect([downloads().length, selfTests()]).toEqual([1, 2]);
    sandbox.program(
      'node_modules/node/bin/node',
      `[ -e "${sandbox.root}/once" ] && exit 0; cp /dev/null "${sandbox.root}/once"; exit 1`,
    );
    await runtimeStep.make(again);
    expect(downloads()).toHaveLength(2);
    expect(isWhole()).toBe(true);
  });
});

describe('the shelf of runtimes', () => {
  const age = (name: string, days: number): void => {
    const path = join(shelf(), name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'runtime.json'), '{}');
    const time = Date.now() / 1000 - days * 86_400;
    for (const place of [join(path, 'runtime.json'), path]) utimesSync(place, time, time);
  };

  it('loses what killed set-ups left and what no checkout used for two months, and nothing else', async () => {
    giveTools();
    // No process has the number 4194305, the first past Linux's largest.
    const killed = `making-${hostname()}-4194305-a`;
    const [ours, theirs] = [`making-${hostname()}-${process.pid}-b`, 'making-elsewhere-4194305-c'];
    const days = {
      [killed]: 0,
      [ours]: 0,
      [theirs]: 0,
      'making-elsewhere-1-d': 1,
      'tensorflow-old': 61,
      'tensorflow-new': 30,
    };
    for (const [name, old] of Object.entries(days)) age(name, old);
    await runtimeStep.make(sandbox.context);
    const left = [ours, theirs, 'tensorflow-new', basename(wanted().folder)];
    expect(readdirSync(shelf()).sort()).toEqual(left.sort());
  });

  /** A file where the cache should be refuses even root. */
  const blockCache = () => writeFileSync(join(dirname(sandbox.root), 'cache'), '');

  it('moves into the checkout where the cache cannot be written, and says so', async () => {
    giveTools();
    blockCache();
    await runtimeStep.make(sandbox.context);
    expect(record()).toMatchObject({ backend: 'tensorflow', library: wanted().inCheckout });
    expect(sandbox.lines.join()).toContain(`cannot write to ${shelf()} (ENOTDIR); building it in ${sandbox.root}`);
    expect(isDecided(sandbox.context)).toBe(true);
  });

  it('is given up for wasm where neither can be written', async () => {
    giveTools();
    blockCache();
    sandbox.write('.cache/runtime', '');
    await runtimeStep.make(sandbox.context);
    expect(record()).toMatchObject({ backend: 'wasm', reason: expect.stringContaining('set XDG_CACHE_HOME') });
  });
});

describe('with an NVIDIA GPU', () => {
  const GPU = 'NVIDIA H100 80GB HBM3';
  const giveGpu = (driver = '550.54.15') => sandbox.tool('nvidia-smi', `echo "${GPU}, ${driver}"`);
  /** `$5` is the device that the self-test is asked to find. */
  const NO_CUDA = '[ "$5" = cpu ] && exit 0; echo "TensorFlow found no GPU" >&2; exit 1';

  it('fetches the CUDA build with its libraries in the layout TensorFlow wants, and tests it on the GPU', async () => {
    giveTools('[ "$5" = gpu ] && [ "$TF_FORCE_GPU_ALLOW_GROWTH" = true ]');
    giveGpu();
    const cuda = {
      'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn',
      'nvidia/cudnn/include/cudnn.h': '//',
      'nvidia/cudnn/lib/a.a': '',
    };
    sandbox.write('wheel.whl', makeZip({ ...WHEEL, ...cuda }));
    await runtimeStep.make(sandbox.context);
    expect(record()).toMatchObject({ backend: 'tensorflow', device: 'gpu' });
    expect(downloads()).toEqual([expect.stringMatching(/ tensorflow==2\.21\.0 .*nvidia-cudnn-cu12==/)]);
    const kept = readdirSync(record().library, { recursive: true }).map(String);
    expect(kept.filter((path) => path.startsWith('nvidia') && path.includes('.')).sort()).toEqual([
      'nvidia/cudnn/lib/libcudnn.so.9',
    ]);
    expect(isDecided(sandbox.context)).toBe(true);
  });

  it('computes on the CPU where the GPU fails its test, says why, and does not fetch 2 GB every day', async () => {
    giveTools(NO_CUDA);
    giveGpu();
    await runtimeStep.make(sandbox.context);
    expect(record()).toMatchObject({ backend: 'tensorflow', device: 'cpu' });
    expect(record().note).toContain(`the ${GPU} is not used: the TensorFlow binding failed its self-test`);
    expect(record().note).toContain('TensorFlow found no GPU');
    expect(isDecided(sandbox.context)).toBe(true);
    await runtimeStep.make(sandbox.context);
    expect(downloads()).toHaveLength(2);
    expect(record().note).toContain('TensorFlow found no GPU');
    giveGpu('560.1');
    await runtimeStep.make(sandbox.context);
    expect(downloads()).toHaveLength(3);
    await runtimeStep.make({ ...sandbox.context, retry: true });
    expect(downloads()).toHaveLength(4);
  });

  it('leaves it alone with TRADE_DEVICE=cpu, and looks again once that is gone', async () => {
    giveTools();
    giveGpu();
    const optedOut = { ...sandbox.context, env: { ...sandbox.context.env, TRADE_DEVICE: 'cpu' } };
    await runtimeStep.make(optedOut);
    expect(record()).toMatchObject({ device: 'cpu', note: expect.stringContaining('TRADE_DEVICE=cpu') });
    expect(isDecided(optedOut)).toBe(true);
    expect(isDecided(sandbox.context)).toBe(false);
  });

  it('is told apart from a driver that is too old or does not answer', async () => {
    giveTools();
    giveGpu('470.82.01');
    await runtimeStep.make(sandbox.context);
    expect(record().note).toBe(`the driver of the ${GPU} is 470.82.01; CUDA 12 needs 525.60.13 or newer.`);
    sandbox.tool(
      'nvidia-smi',
      'echo "NVIDIA-SMI has failed because it could not communicate with the driver."; exit 9',
    );
    await runtimeStep.make({ ...sandbox.context, retry: true });
    expect(record()).toMatchObject({
      device: 'cpu',
      note: expect.stringMatching(/exit code 9 \(NVIDIA-SMI has failed/),
    });
  });
});

it('fetches nothing where wasm is asked for', () => {
  const env = { ...sandbox.context.env, TRADE_BACKEND: 'wasm' };
  expect(isDecided({ ...sandbox.context, env })).toBe(true);
  expect(isDecided(sandbox.context)).toBe(false);
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
