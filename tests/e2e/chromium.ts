/** A Chromium to drive: the system's, or the one that npm's @sparticuz/chromium carries. */
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

/** It takes whatever Chromium lies unpacked in the temp folder: one of its version alone keeps others out. */
async function carriedPath(): Promise<string | undefined> {
  const before = process.env['TMPDIR'];
  try {
    const card: unknown = JSON.parse(readFileSync(`node_modules/${PACKAGE}/package.json`, 'utf8'));
    const version = typeof card === 'object' && card !== null && 'version' in card ? String(card.version) : '';
    const folder = join(tmpdir(), `trade-chromium-${version}`);
    mkdirSync(folder, { recursive: true });
    process.env['TMPDIR'] = folder;
    const { default: carried } = await import(PACKAGE);
    const path: unknown = await carried.executablePath();
    return typeof path === 'string' && isExecutable(path) ? path : undefined;
  } catch {
    return undefined;
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
