import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readShellOptions } from '../../src/main/options.ts';

it('takes its own options from among those that are for Chromium', () => {
  const args = ['--enable-features=Something', '--workspace', 'work', '--sample', '--lang=de', '/some/file'];
  expect(readShellOptions(args)).toEqual({ workspace: resolve('work'), sample: true });
});

it('uses the default workspace and starts no search unless told to', () => {
  expect(readShellOptions([])).toEqual({ workspace: undefined, sample: false });
  expect(readShellOptions(['--workspace'])).toEqual({ workspace: undefined, sample: false });
});
