/** Our own kernels in set-up: built once for what they depend on, never half, and done without
 * where they cannot be had. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { areDecided, describeKernels, kernelsStep } from '../../scripts/setup/kernels.mjs';
import { makeSandbox, type Sandbox } from './sandbox.ts';

const RUNTIME = { backend: 'tensorflow', device: 'cpu', key: 'tensorflow-1', library: '/runtimes/tensorflow-1' };
const NODE = 'node_modules/node/bin/node';
const GELU = 'src/compute/native/gelu.cc';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = makeSandbox();
  giveRuntime(RUNTIME);
  sandbox.write(GELU, '// gelu');
  sandbox.write('src/compute/native/relu.cc', '// relu');
  sandbox.write('src/compute/native/kernel.h', '// header');
});
afterEach(() => sandbox.remove());

const giveRuntime = (record: object) => sandbox.write('.cache/runtime.json', JSON.stringify(record));
const record = () => JSON.parse(readFileSync(join(sandbox.root, '.cache/kernels.json'), 'utf8'));
const wanted = (context = sandbox.context) => describeKernels(context, RUNTIME);
const shelf = () => dirname(wanted().folders[0] ?? '');
const addon = () => join(wanted().folders[0] ?? '', 'trade_kernels.node');
const make = () => kernelsStep.make(sandbox.context);
const compilations = () => readFileSync(join(sandbox.root, 'compiled'), 'utf8').trim().split('\n');
/** Numbers of threads that they were tested on, and timed on. */
const threadsOf = (what: 'tested' | 'timed') => readFileSync(join(sandbox.root, what), 'utf8').trimEnd().split('\n');
const selfTests = () => threadsOf('tested');

/** A compiler that notes what it compiles and does as if, unless `refuse` ends it; a Node that
 * judges what was built. */
function giveTools({ refuse = '', judge = 'exit 0', version = '12.4', batchNorm = true, timing = '' } = {}) {
  sandbox.tool(
    'g++',
    [
      `[ "$1" = --version ] && { echo "g++ ${version}"; echo licence; exit 0; }`,
      refuse,
      `case "$*" in *".cc -o"*) echo "$@" >> "${sandbox.root}/compiled";; esac`,
      'while [ "$1" != -o ]; do shift; done; [ "$2" = /dev/null ] || printf addon > "$2"',
    ].join('\n'),
  );
  const note = (what: string) => `echo "$TF_NUM_INTRAOP_THREADS" >> "${sandbox.root}/${what}"`;
  const timings = timing || `[ "$3" = kernels ] && echo '{"batchNorm":${batchNorm},"ratios":{}}' || echo 1`;
  sandbox.program(
    NODE,
    `case "$1" in *kernels-measure.mjs) ${note('timed')}; ${timings}; exit 0;; esac\n${note('tested')}\n${judge}`,
  );
}

describe('where the compiler is', () => {
  it('are built from every source for this processor, tested on one and two threads, and kept', async () => {
    giveTools();
    expect(areDecided(sandbox.context)).toBe(false);
    await make();
    expect(record()).toMatchObject({ key: wanted().key, runtime: 'tensorflow-1', path: addon() });
    const compiled = compilations().map((line) => /(\w+\.cc) -o/.exec(line)?.[1]);
    expect(compiled.sort()).toEqual(['gelu.cc', 'relu.cc']);
    expect(compilations().join()).toContain('-march=native');
    expect(compilations().join()).toContain('-I/runtimes/tensorflow-1/include');
    expect(selfTests()).toEqual(['1', '2']);
    expect(readdirSync(dirname(addon())).sort()).toEqual(['kernels.json', 'trade_kernels.node']);
    expect(readdirSync(shelf())).toHaveLength(1);
    expect(areDecided(sandbox.context)).toBe(true);
  });

  it('are not compiled again for another checkout', async () => {
    giveTools();
    await make();
    rmSync(join(sandbox.root, '.cache/kernels.json'));
    await make();
    expect(compilations()).toHaveLength(2);
    expect(record().path).toBe(addon());
  });

  it.each([
    ['a source changed, even to the same size', () => sandbox.write(GELU, '// GELU')],
    ['a header changed', () => sandbox.write('src/compute/native/kernel.h', '// reader')],
    ['a source was added', () => sandbox.write('src/compute/native/silu.cc', '')],
    ['the compiler was updated', () => giveTools({ version: '13.1' })],
    ['the runtime is another one', () => giveRuntime({ ...RUNTIME, key: 'tensorflow-2' })],
    ['the addon was cut short', () => writeFileSync(addon(), 'add')],
    ['the addon was deleted', () => rmSync(addon())],
    ['the record in their folder was never written', () => rmSync(join(dirname(addon()), 'kernels.json'))],
    ['the cache was deleted', () => rmSync(shelf(), { recursive: true })],
  ])('are built anew when %s', async (_what, change) => {
    giveTools();
    await make();
    change();
    expect(areDecided(sandbox.context)).toBe(false);
    const before = compilations().length;
    await make();
    expect(compilations().length).toBeGreaterThan(before);
    expect(areDecided(sandbox.context)).toBe(true);
    expect(readFileSync(record().path, 'utf8')).toBe('addon');
  });

  it('do without the flags that it does not know', async () => {
    giveTools({ refuse: 'case "$*" in *-mprefer*) exit 1;; esac' });
    await make();
    expect(record().path).toBe(addon());
    expect(compilations().join()).toContain('-march=native');
    expect(compilations().join()).not.toContain('-mprefer');
  });

  it('are built in the checkout where the cache cannot be written', async () => {
    giveTools();
    writeFileSync(join(dirname(sandbox.root), 'cache'), '');
    await make();
    expect(record().path).toBe(join(wanted().folders[1] ?? '', 'trade_kernels.node'));
    expect(areDecided(sandbox.context)).toBe(true);
  });

  it('are tested again when told to, and built anew if they fail', async () => {
    giveTools();
    await make();
    const again = { ...sandbox.context, retry: true };
    await kernelsStep.make(again);
    expect(compilations()).toHaveLength(2);
    expect(selfTests()).toHaveLength(4);
    giveTools({ judge: `[ -e "${sandbox.root}/once" ] && exit 0; cp /dev/null "${sandbox.root}/once"; exit 1` });
    await kernelsStep.make(again);
    expect(compilations()).toHaveLength(4);
    expect(record().path).toBe(addon());
  });

  it('are timed on one thread, which a busy machine has too, and anew when told to', async () => {
    giveTools({ batchNorm: false });
    await make();
    expect(threadsOf('timed')).toEqual(['1', '1', '1']);
    expect(record().measured).toMatchObject({ batchNorm: false });
    giveTools({ batchNorm: true });
    await make();
    expect(record().measured).toMatchObject({ batchNorm: false });
    await kernelsStep.make({ ...sandbox.context, retry: true });
    expect(record().measured).toMatchObject({ batchNorm: true });
    await make();
    expect(record().measured).toMatchObject({ batchNorm: true });
    giveTools({ timing: 'exit 1' });
    await kernelsStep.make({ ...sandbox.context, retry: true });
    expect(record().measured).toMatchObject({ batchNorm: true });
  });
});

describe('are done without, in one line,', () => {
  const expectNone = (reason: string) => {
    expect(record().path).toBeUndefined();
    expect(record().reason).toContain(reason);
    expect(sandbox.lines).toEqual([expect.stringContaining(reason)]);
    expect(existsSync(shelf()) ? readdirSync(shelf()) : []).toEqual([]);
    expect(areDecided(sandbox.context)).toBe(true);
  };

  it('without a compiler, until there is one', async () => {
    sandbox.program(NODE, 'exit 0');
    await make();
    expectNone('no C++ compiler');
    giveTools();
    expect(areDecided(sandbox.context)).toBe(false);
  });

  it('when a source does not compile, naming it and the error', async () => {
    const error = 'echo "gelu.cc:3: error: concept is unknown" >&2; echo "1 error generated." >&2; exit 1';
    giveTools({ refuse: `case "$*" in *gelu.cc*) ${error};; esac` });
    await make();
    expectNone('could not be compiled: gelu.cc');
    expect(record().reason).toContain('(gelu.cc:3: error: concept is unknown); a compiler for C++20 is needed');
  });

  it('when they compute something else, naming it and the number of threads', async () => {
    giveTools({ judge: '[ "$TF_NUM_INTRAOP_THREADS" = 1 ] || { echo "layer norm: expected 1" >&2; exit 1; }' });
    await make();
    expectNone('failed their self-test with 2 threads');
    expect(record().reason).toContain('(layer norm: expected 1)');
  });
});

describe('are not asked for', () => {
  it.each([
    ['on WebAssembly', () => giveRuntime({ backend: 'wasm', device: 'cpu', key: 'tensorflow-1' })],
    ['on a GPU', () => giveRuntime({ ...RUNTIME, device: 'gpu' })],
    ['before the runtime is chosen', () => rmSync(join(sandbox.root, '.cache/runtime.json'))],
  ])('%s', (_where, give) => {
    give();
    expect(areDecided(sandbox.context)).toBe(true);
  });

  it.each([{ TRADE_BACKEND: 'wasm' }, { TRADE_KERNELS: 'off' }])('with %o', (variable) => {
    expect(areDecided(sandbox.context)).toBe(false);
    expect(areDecided({ ...sandbox.context, env: { ...sandbox.context.env, ...variable } })).toBe(true);
  });
});

it('passes an interruption on instead of recording that there are none', async () => {
  giveTools({ refuse: 'case "$*" in *.cc*) exec /bin/sleep 30;; esac' });
  const interruption = new AbortController();
  const made = kernelsStep.make({ ...sandbox.context, signal: interruption.signal });
  setTimeout(() => interruption.abort(), 200);
  await expect(made).rejects.toMatchObject({ code: 'interrupted' });
  expect(existsSync(join(sandbox.root, '.cache/kernels.json'))).toBe(false);
  expect(readdirSync(shelf())).toEqual([]);
});
