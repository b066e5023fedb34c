import { expect, it } from 'vitest';
import { lackedBy } from '../../src/compute/backend/native.ts';

/** From /proc/cpuinfo of a processor of 2013 and of one of 2011, shortened. */
const HASWELL = 'fpu vme sse4_2 movbe popcnt avx f16c rdrand abm bmi1 avx2 bmi2 fma';
const SANDY_BRIDGE = 'fpu vme sse4_2 popcnt avx';

it('finds shipped kernels too new for an old processor, where they would end in an illegal instruction', () => {
  expect(lackedBy(HASWELL, ['avx2', 'fma'])).toEqual([]);
  expect(lackedBy(SANDY_BRIDGE, ['avx', 'avx2', 'fma'])).toEqual(['avx2', 'fma']);
});

it('takes them where the system does not say what its processor can do', () => {
  expect(lackedBy('', ['avx2'])).toEqual([]);
});
