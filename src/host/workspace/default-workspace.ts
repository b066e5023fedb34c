/** Where a workspace is when nobody says where: the user's data folder, by each system's own
 * custom. */
import { homedir } from 'node:os';
import { isAbsolute, posix, win32 } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export function defaultWorkspace(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (platform === 'win32') {
    return win32.join(env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'trade-workbench', 'workspace');
  }
  if (platform === 'darwin') {
    return posix.join(home, 'Library', 'Application Support', 'trade-workbench', 'workspace');
  }
  const data = env['XDG_DATA_HOME'];
  // The XDG specification: a relative path is to be ignored.
  const base = data !== undefined && isAbsolute(data) ? data : posix.join(home, '.local', 'share');
  return posix.join(base, 'trade-workbench', 'workspace');
}
