/** Where a workspace is when nobody says where: in the user's data folder. */
import { posix, win32 } from 'node:path';
import { userFolder } from './user-folders.ts';

export function defaultWorkspace(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home?: string,
): string {
  const path = platform === 'win32' ? win32 : posix;
  return path.join(userFolder('data', env, platform, home), 'workspace');
}
