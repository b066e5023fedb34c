/** The real web shell with the real host and trainers, as a process of its own; Electron's in its
 * stead in the test project `electron`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FakePlan } from '../support/fake-trainer.ts';
import { runsInElectron, startElectron } from './real-electron.ts';
import type { FakeProgram, RealElectron } from './real-electron.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface WebShell {
  /** With its one-time token. */
  readonly address: string;
  /** Resolves with the exit code when the process has ended. */
  readonly ended: Promise<number | null>;
  readonly output: () => string;
  /** As Ctrl+C does. */
  stop(): Promise<number | null>;
}

/** Programs of Electron's that are open, by the address that was given for them. */
const programs = new Map<string, RealElectron>();
export const electronAt = (address: string): RealElectron | undefined => programs.get(address);

export async function startWebShell(workspace: string, ...options: readonly string[]): Promise<WebShell> {
  if (runsInElectron()) return startInElectron(workspace, options);
  return startShell([join(ROOT, 'src/web/index.ts'), '--workspace', workspace, ...options], process.env);
}

/** With the fake trainer, which follows `plan`, and strategies of tests. */
export function startFakeShell(workspace: string, resources: string, plan: FakePlan): Promise<WebShell> {
  const toys = pathToFileURL(join(ROOT, 'tests/contract/toys.ts')).href;
  if (runsInElectron()) return startInElectron(workspace, [], { resources, plan });
  const environment = { NODE_OPTIONS: `--import ${toys}`, FAKE_TRAINER: JSON.stringify(plan) };
  const entry = join(ROOT, 'tests/support/fake-web.ts');
  return startShell([entry, resources, '--workspace', workspace], { ...process.env, ...environment });
}

async function startShell(args: readonly string[], env: NodeJS.ProcessEnv): Promise<WebShell> {
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), [...args, '--port', '0', '--print'], {
    ...{ cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'exit').then(([code]: readonly (number | null)[]) => code ?? null);
  const address = await new Promise<string>((found, failed) => {
    child.stdout.on('data', () => {
      const match = /http:\/\/127\.0\.0\.1:\S+/.exec(output);
      if (match) found(match[0]);
    });
    void ended.then((code) => failed(new Error(`The web shell ended with ${code} before it was up:\n${output}`)));
  });
  return {
    address,
    ended,
    output: () => output,
    stop: () => {
      if (child.exitCode === null) child.kill('SIGINT');
      return ended;
    },
  };
}

async function startInElectron(workspace: string, options: readonly string[], fake?: FakeProgram): Promise<WebShell> {
  const program = await startElectron(workspace, options, { ...(fake && { fake }) });
  const address = `app://trade/#program-${programs.size + 1}`;
  programs.set(address, program);
  const { child, ended, output } = program;
  return {
    ...{ address, ended, output },
    stop: () => {
      // A test may have closed it together with its window.
      if (child.exitCode === null) child.kill('SIGINT');
      return ended;
    },
  };
}
