/** Opens the workbench as a window of its own in a browser of the Chromium family, with a profile
 * of its own. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { killChild, userFolder } from '../host/for-shells.ts';
import { writeHandOver } from './hand-over.ts';

/** A browser that ends so soon and badly never showed a window. */
const FAILED_WITHIN_MS = 5000;
/** A slow machine's browser has shown its page by then; what is not used up is taken away. */
const USED_WITHIN_MS = 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

export interface AppWindow {
  /** Ends the browser, and takes away what would have let it in. */
  close(): void;
}

/**
 * `newAddress` gives one with a token and calls `used` when that is spent. `onFailure` hears, once
 * and in words, that no window came up.
 */
export function openAppWindow(
  browser: string,
  newAddress: (used: () => void) => string,
  onFailure: (why: string) => void,
  profile = browserProfile(),
): AppWindow {
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  const handOver = writeHandOver(
    newAddress(() => settle()),
    profile,
  );
  const late = setTimeout(() => settle(`${browser} did not open its page`), USED_WITHIN_MS).unref();
  let isSettled = false;
  // A second Ctrl+C ends at once.
  process.on('exit', handOver.remove);

  function settle(failure?: string): void {
    clearTimeout(late);
    process.off('exit', handOver.remove);
    handOver.remove();
    if (!isSettled && failure !== undefined) onFailure(failure);
    isSettled = true;
  }

  const child = spawn(browser, appWindowArguments(handOver.address, profile), { stdio: 'ignore' });
  const started = performance.now();
  child.on('error', (error) => settle(error.message));
  child.on('exit', (code, signal) => {
    const isEarly = performance.now() - started < FAILED_WITHIN_MS;
    // One that ends well may have left the window to another process of its own.
    if (isEarly && code !== 0) settle(`${browser} ended with ${signal ?? `exit code ${code}`}`);
  });
  return {
    close: () => {
      settle();
      killChild(child, 'SIGTERM');
    },
  };
}

/** `address`: of no secret, since every user of the machine can read it. */
function appWindowArguments(address: string, profile: string): readonly string[] {
  return [
    `--app=${address}`,
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--window-size=1280,800',
  ];
}

/** One for all workspaces, below the user's cache. */
function browserProfile(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home?: string,
): string {
  return userFolder('cache', env, platform, home, 'browser-profile');
}

export const testing = { appWindowArguments, browserProfile };
