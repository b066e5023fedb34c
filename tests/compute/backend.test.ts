/** What the trainer says of the runtime it has loaded is what lies on the disk, and its speed is
 * that of real products. */
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import type { LoadedBackend } from '../../src/compute/backend/load-backend.ts';
import { measureGflops } from '../../src/compute/backend/measure.ts';
import { hasNativeKernels, withoutNativeKernels } from '../../src/compute/backend/native.ts';
import { kernelsRecord } from '../../src/compute/backend/runtime-record.ts';
import { measureTraining } from '../../src/compute/training/measure-training.ts';

let loaded: LoadedBackend;
beforeAll(async () => {
  loaded = await loadBackend();
});

describe('the loaded backend', () => {
  it('names the version of everything that computes', () => {
    expect(loaded.versions).toMatchObject({ Node: process.versions.node, tfjs: '4.22.0' });
    if (loaded.backend === 'tensorflow') {
      expect(loaded.versions['TensorFlow']).toBe(loaded.version);
    }
  });

  it('turns oneDNN on whatever the processor where it was quicker, and names it only where it computes', () => {
    // TensorFlow reads its switch once a process, and leaves oneDNN off by itself without AVX-512.
    const script = `
      const { loadBackend } = await import('./src/compute/backend/load-backend.ts');
      const { versions } = await loadBackend();
      console.log(JSON.stringify([process.env.TF_ENABLE_ONEDNN_OPTS, versions.oneDNN]));`;
    const { TF_ENABLE_ONEDNN_OPTS: _, ...plain } = process.env;
    const said = (env: NodeJS.ProcessEnv): unknown =>
      JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }));
    if (loaded.backend === 'wasm') return expect(loaded.versions['oneDNN']).toBeUndefined();
    const version = expect.stringMatching(/^\d+\.\d+/) as unknown;
    const found = { '0': ['0', null], '1': ['1', version] } as const;
    expect(said(plain)).toEqual(found[kernelsRecord()?.measured?.oneDnn === false ? '0' : '1']);
    for (const asked of ['0', '1'] as const) {
      expect(said({ ...plain, TF_ENABLE_ONEDNN_OPTS: asked })).toEqual(found[asked]);
    }
  });

  it('names the folder of the library in use and its size, not that of some other runtime in the cache', () => {
    if (loaded.runtime === undefined) return expect(loaded.backend).toBe('wasm');
    const { folder, bytes } = loaded.runtime;
    const library = process.platform === 'darwin' ? 'libtensorflow_cc.2.dylib' : 'libtensorflow_cc.so.2';
    expect(existsSync(join(folder, 'tfjs_binding.node'))).toBe(true);
    const ofLibrary = statSync(join(folder, 'tensorflow', library)).size;
    expect(bytes).toBeGreaterThan(ofLibrary);
    expect(bytes).toBeLessThan(1.5 * ofLibrary);
  });

  it('trains a student with our kernels and without, whatever becomes of a measurement', async () => {
    const { kernels, plain } = await measureTraining(1);
    expect(plain).toBeGreaterThan(0);
    expect(kernels !== undefined).toBe(hasNativeKernels());
    expect(loaded.kernels !== undefined).toBe(hasNativeKernels());
    const before = hasNativeKernels();
    const failure = withoutNativeKernels(() => Promise.reject(new Error(String(hasNativeKernels()))));
    await expect(failure).rejects.toThrow('false');
    expect(hasNativeKernels()).toBe(before);
  });

  it('is measured forward and in both gradients', () => {
    const gflops = measureGflops(1);
    expect(Object.keys(gflops)).toHaveLength(4);
    expect(Object.values(gflops).every((speed) => Number.isFinite(speed) && speed > 0)).toBe(true);
  });
});
