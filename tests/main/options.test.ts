import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readShellOptions } from '../../src/main/options.ts';

const NOTHING = { workspace: undefined, sample: false, archives: [] };

it('takes its own options from among those that are for Chromium', () => {
  const args = [
    '--enable-features=Something',
    '--workspace',
    'work',
    '--sample',
    '--lang=de',
    '/some/file',
    'runs.trade',
  ];
  const expected = { workspace: resolve('/home', 'work'), sample: true, archives: [resolve('/home', 'runs.trade')] };
  expect(readShellOptions(args, '/home')).toEqual(expected);
});

it('uses the default workspace and starts no search unless told to', () => {
  expect(readShellOptions([])).toEqual(NOTHING);
  expect(readShellOptions(['--workspace'])).toEqual(NOTHING);
});

it('takes a workspace for one, even where its folder is called like an archive', () => {
  const { workspace, archives } = readShellOptions(['--workspace', 'mine.trade'], '/home');
  expect([workspace, archives]).toEqual([resolve('/home', 'mine.trade'), []]);
});
