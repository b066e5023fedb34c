/** Which of the kernels that a program was shipped with a processor gets: one too new for it ends
 * in an illegal instruction. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { testing } from '../../src/compute/backend/native.ts';
import { INSTRUCTION_SETS } from '../../scripts/setup/instruction-sets.mjs';

const { fittingBuild } = testing;
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
