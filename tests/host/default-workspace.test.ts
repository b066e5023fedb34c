import { expect, it } from 'vitest';
import { defaultWorkspace } from '../../src/host/workspace/default-workspace.ts';

it.each([
  { env: {}, platform: 'linux', place: '/home/ada/.local/share/trade-workbench/workspace' },
  { env: { XDG_DATA_HOME: '/data' }, platform: 'linux', place: '/data/trade-workbench/workspace' },
  // The XDG specification: relative paths are to be ignored, empty ones count as unset.
  { env: { XDG_DATA_HOME: 'data' }, platform: 'linux', place: '/home/ada/.local/share/trade-workbench/workspace' },
  { env: { XDG_DATA_HOME: '' }, platform: 'linux', place: '/home/ada/.local/share/trade-workbench/workspace' },
  { env: {}, platform: 'darwin', place: '/home/ada/Library/Application Support/trade-workbench/workspace' },
  { env: { LOCALAPPDATA: 'C:\\Data' }, platform: 'win32', place: 'C:\\Data\\trade-workbench\\workspace' },
] as const)('is $place on $platform with $env', ({ env, platform, place }) => {
  expect(defaultWorkspace(env, platform, '/home/ada')).toBe(place);
});
