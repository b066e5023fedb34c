/** Which of the kernels that a program was shipped with a processor gets: one too new for it ends
 * in an illegal instruction. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { kernelSources } from '../../src/compute/backend/kernel-sources.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { testing } from '../../src/compute/backend/native.ts';
import { contentHash } from '../../scripts/setup/files.mjs';
import { INSTRUCTION_SETS } from '../../scripts/setup/instruction-sets.mjs';
import { describeNative } from './support/native-kernels.ts';

const { fittingBuild, verdictOn } = testing;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** From /proc/cpuinfo of processors of 2022, 2013 and 2011, shortened. */
const ZEN_4 = 'fpu movbe avx f16c abm bmi1 avx2 bmi2 fma avx512f avx512dq avx512cd avx512bw avx512vl avx512_bf16';
const HASWELL = 'fpu vme sse4_2 movbe popcnt avx f16c rdrand abm bmi1 avx2 bmi2 fma';
const SANDY_BRIDGE = 'fpu vme sse4_2 popcnt avx';
/** AVX-512 of another kind: the many-core processors of 2016 lack its byte and short-vector
 * parts. */
const KNIGHTS_LANDING = 'fpu movbe avx f16c abm bmi1 avx2 bmi2 fma avx512f avx512cd avx512er avx512pf';

const SHIPPED = ['x86-64-v4', 'x86-64-v3'].map((set) => ({
  path: set,
  needs: INSTRUCTION_SETS[set as 'x86-64-v4' | 'x86-64-v3'].needs,
}));
const chosen = (abilities: string): string | undefined => fittingBuild(SHIPPED, abilities)?.path;

it('gives each processor the best that it can run, and none to one that is too old', () => {
  expect(chosen(ZEN_4)).toBe('x86-64-v4');
  expect(chosen(HASWELL)).toBe('x86-64-v3');
  expect(chosen(KNIGHTS_LANDING)).toBe('x86-64-v3');
  expect(chosen(SANDY_BRIDGE)).toBeUndefined();
});

it('gives the least demanding where the system does not say what its processor can do', () => {
  expect(chosen('')).toBe('x86-64-v3');
  expect(fittingBuild([], '')).toBeUndefined();
});

// An op that a build of before lacks had failed in the middle of a training.
it.skipIf(!existsSync(join(ROOT, '.cache/runtime.json')))('leaves a build of an earlier version alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  const addon = join(folder, 'earlier.cjs');
  writeFileSync(addon, 'module.exports = { instructions: "AVX2", lanes: 8 };');
  const script = `
    const { loadBackend } = await import('./src/compute/backend/load-backend.ts');
    const { kernels, backend, note } = await loadBackend();
    console.log(JSON.stringify({ kernels, backend, note }));`;
  const env = { ...process.env, TRADE_KERNELS: addon };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env,
    cwd: ROOT,
  });
  rmSync(folder, { recursive: true });
  const told = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  expect(told['kernels']).toBeUndefined();
  if (told['backend'] === 'tensorflow') expect(told['note']).toContain('run "npm run setup"');
});

describe('a build beside sources', () => {
  const here = { hash: 'now', ops: ['TradeSum{a: float}{y: float}{}', 'TradeGru{given: float}{y: float}{}'] };

  it('of these very sources has nothing to be said of it', () => {
    expect(verdictOn({ sources: 'now', ops: here.ops }, here)).toEqual({ isRecurrent: true });
  });

  it('of other ones is used where it has their ops, and told of', () => {
    expect(verdictOn({ sources: 'before', ops: here.ops }, here)).toEqual({
      isRecurrent: true,
      note: expect.stringContaining('built of other sources than those here; run "npm run setup"'),
    });
  });

  it('without the recurrent unit composes that, and says that it takes long', () => {
    expect(verdictOn({ sources: 'before', ops: here.ops.slice(0, 1) }, here)).toEqual({
      isRecurrent: false,
      note: expect.stringMatching(/before TradeGru: recurrent units take many times as long; run "npm run setup"/),
    });
  });

  it.each([
    ['lacks another op', here.ops.slice(1)],
    ['takes other inputs', ['TradeSum{a: float, b: float}{y: float}{}', here.ops[1] ?? '']],
  ])('that %s is left alone', (_what, ops) => {
    expect(verdictOn({ sources: 'before', ops }, here).refusal).toMatch(/no TradeSum of this version/);
  });

  it('is trusted where there are none, as in an installed program', () => {
    expect(verdictOn({}, undefined)).toEqual({ isRecurrent: true });
  });

  // Else every build would be told to be an old one, or none ever.
  it('is compared by the hash that set-up says to the compiler', () => {
    const folder = join(ROOT, 'src/compute/native');
    const found = kernelSources(folder);
    expect(found?.hash).toBe(contentHash([folder]));
    const calls = readdirSync(folder).flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/Register<\w+>\(/g),
    ]);
    expect(found?.ops).toHaveLength(calls.length);
  });
});

describeNative('the build in use', () => {
  it('names all ops of its sources, by their inputs, outputs and attributes', async () => {
    const { note } = await loadBackend();
    expect(note ?? '').not.toContain('Our kernels were built');
  });
});
