/** Which wheels serve which machine, and what nvidia-smi's answers mean. The wheels' names were
 * checked against PyPI. */
import { describe, expect, it } from 'vitest';
import { judgeNvidia } from '../../scripts/setup/nvidia.mjs';
import { compareVersions, runtimeTarget, whyNoTarget } from '../../scripts/setup/runtime-targets.mjs';
import { downloadArguments } from '../../scripts/setup/runtime-wheels.mjs';

describe('the wheels of TensorFlow 2.21.0', () => {
  /** Files of PyPI: tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl and so on. */
  it.each([
    ['linux', 'x64', 'tensorflow-cpu==2.21.0', 'manylinux_2_27_x86_64', 'libtensorflow_cc.so.2'],
    ['linux', 'arm64', 'tensorflow==2.21.0', 'manylinux_2_27_aarch64', 'libtensorflow_cc.so.2'],
    ['darwin', 'arm64', 'tensorflow==2.21.0', 'macosx_12_0_arm64', 'libtensorflow_cc.2.dylib'],
  ])('serve %s on %s', (platform, arch, wheel, tag, library) => {
    const target = runtimeTarget({ platform, arch });
    expect(target).toMatchObject({ device: 'cpu', wheels: [wheel], tags: [tag] });
    expect(target?.libraries[0]).toBe(`tensorflow/${library}`);
  });

  it.each([
    ['win32', 'x64'],
    ['darwin', 'x64'],
    ['linux', 'ia32'],
  ])('do not serve %s on %s', (platform, arch) => {
    expect(runtimeTarget({ platform, arch })).toBeUndefined();
    expect(whyNoTarget({ platform, arch }, '2.41')).toContain(`${platform} on ${arch}`);
  });

  it('with CUDA are for Linux on x64 alone: the others are built without', () => {
    const served = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'].filter((machine) => {
      const [platform = '', arch = ''] = machine.split('-');
      return runtimeTarget({ platform, arch, device: 'gpu' });
    });
    expect(served).toEqual(['linux-x64']);
  });

  it('need a glibc, and one that is new enough for their tag', () => {
    const machine = { platform: 'linux', arch: 'x64' };
    expect(whyNoTarget(machine, '2.27')).toBeUndefined();
    expect(whyNoTarget(machine, '2.4')).toContain('2.27 or newer; this Linux has 2.4');
    expect(whyNoTarget(machine, 'other')).toContain('needs glibc');
    expect(whyNoTarget({ platform: 'darwin', arch: 'arm64' }, 'other')).toBeUndefined();
  });

  it('are asked for by exact version and tag, never built from source', () => {
    const target = runtimeTarget({ platform: 'linux', arch: 'x64', device: 'gpu' });
    const asked = target ? downloadArguments(target, '/d').join(' ') : '';
    expect(asked).toContain('--no-deps --only-binary=:all:');
    expect(asked).toContain('--python-version 3.12 --platform manylinux_2_27_x86_64 --platform');
    expect(target?.wheels.every((wheel) => /^[a-z0-9-]+==[0-9.]+$/.test(wheel))).toBe(true);
  });
});

describe('nvidia-smi', () => {
  it.each([
    ['NVIDIA H100 80GB HBM3, 550.54.15\n', { gpu: { name: 'NVIDIA H100 80GB HBM3', driver: '550.54.15' } }],
    ['Tesla T4, 525.60.13', { gpu: { name: 'Tesla T4', driver: '525.60.13' } }],
    ['NVIDIA A10, 535.1\nNVIDIA A10, 535.1\n', { gpu: { name: 'NVIDIA A10', driver: '535.1' } }],
    ['Quadro P1000, 525.60.12', { reason: expect.stringContaining('525.60.12; CUDA 12 needs 525.60.13') }],
    ['No devices were found\n', { reason: expect.stringContaining('No devices were found') }],
    ['', { reason: expect.stringContaining('printed nothing') }],
  ])('that prints %j is read', (output, expected) => {
    expect(judgeNvidia(output)).toEqual(expected);
  });

  it('has its versions compared as numbers, not as text', () => {
    expect(compareVersions('525.60.13', '525.60.2')).toBeGreaterThan(0);
    expect(compareVersions('99.9', '525')).toBeLessThan(0);
    expect(compareVersions('525', '525.0.0')).toBe(0);
  });
});
