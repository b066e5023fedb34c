/** Where a workspace is when nobody says where: in the user's data folder. */
import { userFolder } from './user-folders.ts';

export function defaultWorkspace(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home?: string,
): string {
  return userFolder('data', env, platform, home, 'workspace');
}
