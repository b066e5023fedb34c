/** A Chromium to drive: the system's, or the one that npm's @sparticuz/chromium carries. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const PACKAGE = '@sparticuz/chromium';

/** Undefined where there is none: then the suite is skipped, and says so. */
export async function chromiumPath(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const installed = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
  return installed ?? (await carriedPath());
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await chromiumPath() });
}

/**
 * It takes whatever Chromium lies unpacked in the temp folder: one of its version alone keeps
 * others out. Where the system lacks a library (libnss3 on a bare server) it gets those of the
 * package.
 */
async function carriedPath(): Promise<string | undefined> {
  const card: unknown = JSON.parse(readFileSync(`node_modules/${PACKAGE}/package.json`, 'utf8'));
  const version = typeof card === 'object' && card !== null && 'version' in card ? String(card.version) : '';
  const folder = join(tmpdir(), `trade-chromium-${version}-libraries`);
  mkdirSync(folder, { recursive: true });
  try {
    const { default: carried, setupLambdaEnvironment } = await import(PACKAGE);
    // It unpacks its libraries where it believes to be on Amazon's machines only.
    const path: unknown = await withEnvironment({ TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }, () =>
      carried.executablePath(),
    );
    if (typeof path !== 'string' || !isExecutable(path)) return undefined;
    if (!starts(path)) setupLambdaEnvironment(join(folder, 'al2023', 'lib'));
    return starts(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function withEnvironment<T>(variables: Readonly<Record<string, string>>, work: () => T | Promise<T>): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

const starts = (path: string): boolean => spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
