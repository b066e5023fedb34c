/**
 * Instruction sets that kernels are compiled for by name, best first of each architecture. `needs`
 * are the names that Linux gives to what such a processor can do; `oneDnn` and `torch` hold these
 * libraries to the same, for measuring beside them. Levels of x86-64: System V ABI, AMD64
 * supplement, section 3.1.1. Built-ins only.
 */
import { readFileSync } from 'node:fs';

const V3 = ['avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe'];

export const INSTRUCTION_SETS = Object.freeze({
  'x86-64-v4': {
    arch: 'x64',
    flags: ['-march=x86-64-v4', '-mtune=generic', '-mprefer-vector-width=512'],
    needs: [...V3, 'avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'],
    oneDnn: 'AVX512_CORE',
    torch: 'avx512',
  },
  'x86-64-v3': {
    arch: 'x64',
    flags: ['-march=x86-64-v3', '-mtune=generic'],
    needs: V3,
    oneDnn: 'AVX2',
    torch: 'avx2',
  },
  arm64: { arch: 'arm64', flags: [], needs: [], oneDnn: 'ALL', torch: 'default' },
});

/** Holds everything that computes to one of them, where the machine has more; absent: what the
 * machine has. */
export const ISA_VARIABLE = 'TRADE_ISA';

/**
 * The name that the environment asks for. Throws a RangeError on one that there is not.
 * @returns {keyof typeof INSTRUCTION_SETS | undefined}
 */
export function heldTo(env = process.env) {
  const name = env[ISA_VARIABLE];
  if (name === undefined || name === '' || name === 'native') return undefined;
  if (Object.hasOwn(INSTRUCTION_SETS, name)) return name;
  throw new RangeError(`${ISA_VARIABLE}=${name}: choose from native, ${Object.keys(INSTRUCTION_SETS).join(', ')}.`);
}

/** What Linux says that the processor can do, in its words; empty where it does not say. */
export function processorAbilities() {
  try {
    return /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim() ?? '';
  } catch {
    return '';
  }
}
