/** Whether this machine has an NVIDIA GPU that the CUDA runtime can use, as the driver's own
 * program tells. */
import { runCommand } from './command.mjs';
import { findProgram } from './files.mjs';
import { compareVersions } from './runtime-targets.mjs';

/** CUDA 12 on Linux (https://docs.nvidia.com/deploy/cuda-compatibility): older drivers refuse its
 * libraries. */
const OLDEST_DRIVER = '525.60.13';
/** Waking a GPU without a persistence daemon takes seconds. */
const TIMEOUT_MS = 30_000;

/** Set to `cpu` to leave a GPU alone. */
export const isOptedOut = (env) => env.TRADE_DEVICE === 'cpu';

export const findNvidiaSmi = (env, platform) => findProgram(['nvidia-smi'], env, platform);

/**
 * @returns {Promise<{ gpu?: { name: string, driver: string }, reason?: string }>} the first GPU; or
 * why it cannot be
 *   used; or neither, where there is none
 */
export async function detectNvidia({ env, platform, signal }) {
  const program = findNvidiaSmi(env, platform);
  if (!program) return {};
  if (isOptedOut(env)) return { reason: 'the GPU is left alone, as TRADE_DEVICE=cpu asks.' };
  const args = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
  try {
    return judgeNvidia(
      await runCommand(program, args, { env, signal, what: 'nvidia-smi', advice: '', timeoutMs: TIMEOUT_MS }),
    );
  } catch (error) {
    if (error.code === 'interrupted') throw error;
    const said = error.output?.trim().split('\n')[0];
    return { reason: `an NVIDIA GPU may be here, but ${error.message}${said ? ` (${said})` : ''}.` };
  }
}

/** Reads what `nvidia-smi --query-gpu=name,driver_version --format=csv,noheader` prints. */
export function judgeNvidia(output) {
  const [, name, driver] = /^(.+), (\d+(?:\.\d+)+)$/m.exec(output) ?? [];
  if (!name) return { reason: `nvidia-smi names no GPU (${output.trim().split('\n')[0] || 'it printed nothing'}).` };
  if (compareVersions(driver, OLDEST_DRIVER) >= 0) return { gpu: { name, driver } };
  return { reason: `the driver of the ${name} is ${driver}; CUDA 12 needs ${OLDEST_DRIVER} or newer.` };
}
