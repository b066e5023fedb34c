/** Opens the workbench as a window of its own in a browser of the Chromium family, with a profile of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** A browser that ends so soon and badly never showed a window. */
const FAILED_WITHIN_MS = 5000;

type Environment = Readonly<Record<string, string | undefined>>;

/** `onFailure` hears, in words, that no window came up. */
export function openAppWindow(browser: string, address: string, onFailure: (why: string) => void): ChildProcess {
  const profile = browserProfile();
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  const child = spawn(browser, appWindowArguments(address, profile), { stdio: 'ignore' });
  const started = performance.now();
  child.on('error', (error) => onFailure(error.message));
  child.on('exit', (code, signal) => {
    const isEarly = performance.now() - started < FAILED_WITHIN_MS;
    if (isEarly && code !== 0) onFailure(`${browser} ended with ${signal ?? `exit code ${code}`}`);
  });
  return child;
}

export function appWindowArguments(address: string, profile: string): readonly string[] {
  return [
    `--app=${address}`,
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--window-size=1280,800',
  ];
}

/** One for all workspaces, below the user's cache. */
export function browserProfile(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const own = env['XDG_CACHE_HOME'];
  const caches = {
    win32: env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'),
    darwin: join(home, 'Library', 'Caches'),
  };
  const others = own !== undefined && isAbsolute(own) ? own : join(home, '.cache');
  const base = platform === 'win32' || platform === 'darwin' ? caches[platform] : others;
  return join(base, 'trade-workbench', 'browser-profile');
}
