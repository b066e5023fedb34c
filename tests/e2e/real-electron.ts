/** The workbench in Electron itself, where its binary is: driven by Playwright, as a person's
 * program in a folder of its own. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { _electron, errors } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import type { FakePlan } from '../support/fake-trainer.ts';
import { findElectron, whyNoWindow } from '../../scripts/setup/shells.mjs';

export const ROOT = resolve(import.meta.dirname, '../..');
const TOYS = pathToFileURL(join(ROOT, 'tests/contract/toys.ts')).href;
const FAKE = join(ROOT, 'tests/support/fake-electron-toys.ts');

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

/** By the page of their window. */
const programs = new WeakMap<Page, RealElectron>();
export const programOf = (page: Page): RealElectron | undefined => programs.get(page);

/** Its one window. */
export async function windowOf(program: RealElectron): Promise<Page> {
  const page = await program.app.firstWindow();
  await page.waitForLoadState();
  programs.set(page, program);
  return page;
}

export interface RealElectron {
  readonly app: ElectronApplication;
  /** Playwright forgets it as soon as the program has ended. */
  readonly child: ChildProcess;
  /** Resolves when the program has ended, with a code that is no evidence: Electron 22 crashes at
   * its end in one of fifteen with a debugger attached. `undebugged.ts` has none. */
  readonly ended: Promise<number | null>;
  output(): string;
}

/** With the fake trainer, which follows `plan`, and with the toys. */
export interface FakeProgram {
  readonly resources: string;
  readonly plan: FakePlan;
}

export function environmentOf(fake: FakeProgram | undefined): Record<string, string> {
  // Electron itself would refuse what Node is told.
  const { NODE_OPTIONS: _own, ...others } = process.env;
  const known = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return {
    ...Object.fromEntries(known),
    ...(fake && {
      FAKE_RESOURCES: fake.resources,
      FAKE_TRAINER: JSON.stringify(fake.plan),
      FAKE_NODE_OPTIONS: `--import ${TOYS}`,
    }),
  };
}

export interface ElectronOptions {
  /** The program's own folder, by which a second start finds the first; one for this start where
   * none is named. */
  readonly userData?: string;
  readonly fake?: FakeProgram;
}

export interface Start {
  readonly userData: string;
  readonly workspace: string;
  /** Beside the workspace. */
  readonly args: readonly string[];
  readonly fake: FakeProgram | undefined;
}

export const electronPath = (): string => findElectron(ROOT, process.env) ?? '';

/** As built in `out`; a fake one from its sources. */
export const argumentsOf = ({ userData, workspace, args, fake }: Start): readonly string[] => [
  ...[`--user-data-dir=${userData}`, fake === undefined ? ROOT : FAKE],
  ...['--workspace', workspace, ...args],
];

/** Of some hundred starts one hung in Playwright's own handshake with the debugger, before any code
 * of the program ran. Such a start is made anew, once. */
async function launch(options: Parameters<typeof _electron.launch>[0]): Promise<ElectronApplication> {
  try {
    return await _electron.launch({ ...options, timeout: 60_000 });
  } catch (error) {
    if (!(error instanceof errors.TimeoutError)) throw error;
    console.warn(`Electron was started anew:\n${error.message}`);
    return _electron.launch(options);
  }
}

/** As built in `out`; a fake one from its sources. `args`: beside the workspace. */
export async function startElectron(
  workspace: string,
  args: readonly string[] = [],
  { userData, fake }: ElectronOptions = {},
): Promise<RealElectron> {
  const own = userData ?? mkdtempSync(join(tmpdir(), 'trade electron '));
  const app = await launch({
    executablePath: electronPath(),
    args: [...argumentsOf({ userData: own, workspace, args, fake })],
    cwd: ROOT,
    env: environmentOf(fake),
    // Playwright turns it off where it is not told.
    chromiumSandbox: true,
  });
  const child = app.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  if (userData === undefined) void ended.then(() => rmSync(own, { recursive: true, force: true, maxRetries: 10 }));
  return { app, child, ended, output: () => output };
}
