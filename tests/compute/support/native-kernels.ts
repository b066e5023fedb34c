/** Our own CPU ops in a test: whether they can be had here. */
import { describe } from 'vitest';
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { hasNativeKernels, loadNativeKernels } from '../../../src/compute/backend/native.ts';

await loadBackend();
const missing = hasNativeKernels() ? undefined : (loadNativeKernels().reason ?? 'no reason given');

/** Skipped where there are no native kernels; the title then says why. */
export function describeNative(title: string, tests: () => void): void {
  const reason = missing === undefined ? '' : ` (left out, no native kernels: ${missing})`;
  describe.skipIf(missing !== undefined)(`${title}${reason}`, tests);
}
