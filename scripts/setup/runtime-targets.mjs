/**
 * Which TensorFlow wheels serve which machine, and how the binding is linked to them. Linux on x64
 * without a GPU is what we run and test; the other rows name wheels that PyPI has, but are untried.
 * A machine without a row computes on wasm.
 */
export const TENSORFLOW_VERSION = '2.21.0';
export const RETRY_ADVICE = 'to try again run `npm run setup -- --retry`';

/**
 * Every wheel is unpacked as pip would: TensorFlow looks for the CUDA libraries beside its own
 * folder. On Linux the linker is shown empty libraries of the same names, which saves it from
 * reading 600 MB (6 s); what would be missing is missed when the binding is loaded (`-z now`),
 * which the self-test does.
 */
const linux = {
  libraries: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  linkFlags: ['-shared', '-Wl,--no-as-needed', '-Wl,--unresolved-symbols=ignore-all', '-Wl,-z,now'],
  standIns: true,
  ownFolder: '$ORIGIN',
};
const mac = {
  libraries: ['tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib'],
  linkFlags: ['-dynamiclib', '-undefined', 'dynamic_lookup'],
  standIns: false,
  ownFolder: '@loader_path',
};

/**
 * CUDA 12.5 and cuDNN 9.3, what TensorFlow 2.21 was built with: the lower bounds of the wheel's
 * extra `and-cuda`. Left out is the compiler (nvidia-cuda-nvcc-cu12), which only XLA calls.
 */
const CUDA_WHEELS = Object.freeze([
  'nvidia-cublas-cu12==12.5.3.2',
  'nvidia-cuda-cupti-cu12==12.5.82',
  'nvidia-cuda-nvrtc-cu12==12.5.82',
  'nvidia-cuda-runtime-cu12==12.5.82',
  'nvidia-cudnn-cu12==9.3.0.75',
  'nvidia-cufft-cu12==11.2.3.61',
  'nvidia-curand-cu12==10.3.6.82',
  'nvidia-cusolver-cu12==11.6.3.83',
  'nvidia-cusparse-cu12==12.5.1.3',
  'nvidia-nccl-cu12==2.27.7',
  'nvidia-nvjitlink-cu12==12.5.82',
]);

/**
 * @typedef {{ name: string, device: 'cpu' | 'gpu', wheels: readonly string[], tags:
 * readonly string[], megabytes: number,
 *   neededBytes: number, libraries: readonly string[], linkFlags: readonly string[], standIns:
 *   boolean,
 *   ownFolder: string }} RuntimeTarget
 *   `megabytes` are downloaded; `neededBytes` are taken for a moment while the runtime is made
 */

/** @type {Readonly<Record<string, RuntimeTarget>>} */
const CPU_TARGETS = Object.freeze({
  'linux-x64': {
    ...{ name: 'tensorflow-cpu', device: 'cpu', wheels: [`tensorflow-cpu==${TENSORFLOW_VERSION}`] },
    ...{ tags: ['manylinux_2_27_x86_64'], megabytes: 274, neededBytes: 1.6e9, ...linux },
  },
  // Untried.
  'linux-arm64': {
    ...{ name: 'tensorflow', device: 'cpu', wheels: [`tensorflow==${TENSORFLOW_VERSION}`] },
    ...{ tags: ['manylinux_2_27_aarch64'], megabytes: 282, neededBytes: 1.7e9, ...linux },
  },
  // Untried.
  'darwin-arm64': {
    ...{ name: 'tensorflow', device: 'cpu', wheels: [`tensorflow==${TENSORFLOW_VERSION}`] },
    ...{ tags: ['macosx_12_0_arm64'], megabytes: 223, neededBytes: 1.1e9, ...mac },
  },
});

/** @type {Readonly<Record<string, RuntimeTarget>>} */
const GPU_TARGETS = Object.freeze({
  // Untried.
  'linux-x64': {
    ...{ name: 'tensorflow with CUDA', device: 'gpu', wheels: [`tensorflow==${TENSORFLOW_VERSION}`, ...CUDA_WHEELS] },
    ...{ tags: ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'] },
    ...{ megabytes: 2490, neededBytes: 7e9, ...linux },
  },
});

/** The oldest glibc that the wheels load with: their tag manylinux_2_27. */
const OLDEST_GLIBC = '2.27';

/**
 * @param {{ platform: string, arch: string, device?: 'cpu' | 'gpu' }} machine
 * @returns {RuntimeTarget | undefined}
 */
export function runtimeTarget({ platform, arch, device = 'cpu' }) {
  return (device === 'gpu' ? GPU_TARGETS : CPU_TARGETS)[`${platform}-${arch}`];
}

/** Why no wheel serves a machine; `libc` as `machineLibc` gives it. */
export function whyNoTarget({ platform, arch }, libc) {
  if (!runtimeTarget({ platform, arch })) return `TensorFlow has no library for ${platform} on ${arch}.`;
  if (platform !== 'linux') return undefined;
  if (libc === 'other') return "TensorFlow's library needs glibc, which this Linux does not have.";
  if (compareVersions(libc, OLDEST_GLIBC) >= 0) return undefined;
  return `TensorFlow's library needs glibc ${OLDEST_GLIBC} or newer; this Linux has ${libc}.`;
}

/** glibc's version, or `other`. A binding does not load where glibc is older than where it was
 * linked. */
export function machineLibc() {
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ?? 'other';
}

/** Negative, zero or positive, as the numbers between the dots compare. */
export function compareVersions(left, right) {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number));
  for (let place = 0; place < Math.max(a.length, b.length); place++) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
