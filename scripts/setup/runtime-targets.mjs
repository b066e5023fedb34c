/**
 * Which TensorFlow wheel serves which machine, and how the binding is linked to it. Linux on x64 is what we run and
 * test; the other rows name wheels that exist on PyPI but are untried. A machine without a row gets the wasm fallback.
 * The wheel for NVIDIA GPUs belongs in this table too: a row of its own, chosen before the CPU's.
 */
export const TENSORFLOW_VERSION = '2.21.0';

const linux = {
  libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  linkFlags: ['-shared', '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
  ownFolder: '$ORIGIN',
};
const mac = {
  libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
  linkFlags: ['-dynamiclib', '-undefined', 'dynamic_lookup', '-ltensorflow_cc.2', '-ltensorflow_framework.2'],
  ownFolder: '@loader_path',
};

/** @type {Readonly<Record<string, { wheel: string, tag: string, libraries: string[], linkFlags: string[], ownFolder: string }>>} */
const TARGETS = Object.freeze({
  'linux-x64': { wheel: 'tensorflow-cpu', tag: 'manylinux_2_27_x86_64', ...linux },
  'linux-arm64': { wheel: 'tensorflow', tag: 'manylinux_2_27_aarch64', ...linux }, // untried
  'darwin-arm64': { wheel: 'tensorflow', tag: 'macosx_12_0_arm64', ...mac }, // untried
});

/** @returns {(typeof TARGETS)[string] | undefined} */
export function runtimeTarget(platform, arch) {
  return TARGETS[`${platform}-${arch}`];
}
