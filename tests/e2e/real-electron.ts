/** The workbench in Electron itself, where its binary is: driven by Playwright, as a person's
 * program in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron } from 'playwright-core';
import type { ElectronApplication } from 'playwright-core';
import { findElectron, whyNoWindow } from '../../scripts/setup/shells.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

/** Set by the test project `electron`: suites that are the same in both shells run in Electron
 * then. */
export const runsInElectron = (): boolean => process.env['TRADE_E2E_SHELL'] === 'electron';

/** Undefined where it can be driven. */
export function whyNoElectron(): string | undefined {
  if (findElectron(ROOT, process.env) === undefined) {
    return 'no Electron binary: node_modules/electron/dist is absent, and ELECTRON_OVERRIDE_DIST_PATH names none';
  }
  return whyNoWindow(process.env, process.platform);
}

export interface RealElectron {
  readonly app: ElectronApplication;
  /** Resolves with the exit code when the program has ended. */
  readonly ended: Promise<number | null>;
  output(): string;
}

/** As built in `out`. `args`: beside the workspace. `userData`: the program's own folder, by which
 * a second start finds the first. */
export async function startElectron(
  workspace: string,
  args: readonly string[] = [],
  userData = mkdtempSync(join(tmpdir(), 'trade electron ')),
): Promise<RealElectron> {
  const app = await _electron.launch({
    executablePath: findElectron(ROOT, process.env),
    args: [`--user-data-dir=${userData}`, ROOT, '--workspace', workspace, ...args],
    cwd: ROOT,
  });
  const child = app.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  void ended.then(() => rmSync(userData, { recursive: true, force: true, maxRetries: 10 }));
  return { app, ended, output: () => output };
}
