/** Runs the command line as a process of its own, as scripts do. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FAKE_CLI = join(ROOT, 'tests/support/fake-cli.ts');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of stdout, parsed. */
  json(): readonly Readonly<Record<string, unknown>>[];
}

export interface Bench {
  readonly folder: string;
  readonly workspace: string;
  readonly resources: string;
  /** Writes a config file and gives its path. */
  config(content: unknown): string;
  /** Runs to the end; `--workspace` is added. */
  trade(...args: string[]): Promise<Outcome>;
  /** `watch` sees stdout as it grows, and may send signals. */
  tradeWatched(
    plan: FakePlan,
    args: readonly string[],
    watch: (stdout: string, child: ChildProcess) => void,
  ): Promise<Outcome>;
  /** The same for stderr. */
  tradeHeard(args: readonly string[], hear: (stderr: string, child: ChildProcess) => void): Promise<Outcome>;
  remove(): void;
}

/** A search of two epochs a trial that the fake trainer ends in a moment. */
export const SMALL = {
  name: 'Small',
  families: ['resnet', 'mlp-mixer'],
  trainImages: 500,
  budget: { trials: 4 },
  limits: { macs: 1_000_000 },
  recipe: { epochs: 2 },
  slots: 1,
};

export function makeBench(): Bench {
  const { path: folder, remove } = temporaryFolder();
  const workspace = join(folder, 'workspace');
  const resources = makeResources(folder);
  const tradeWatched: Bench['tradeWatched'] = (plan, args, watch) =>
    run([FAKE_CLI, resources, ...args, '--workspace', workspace], plan, watch);
  return {
    folder,
    workspace,
    resources,
    config(content) {
      const file = join(folder, 'search.json');
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    trade: (...args) => tradeWatched({}, args, () => undefined),
    tradeWatched,
    tradeHeard: (args, hear) =>
      run([FAKE_CLI, resources, ...args, '--workspace', workspace], {}, () => undefined, hear),
    remove,
  };
}

/** The program itself, with nothing put in its place. */
export const realTrade = (...args: string[]): Promise<Outcome> => realTradeWatched(args, () => undefined);

/** `watch` sees stdout as it grows, and may send signals. */
export function realTradeWatched(
  args: readonly string[],
  watch: (stdout: string, child: ChildProcess) => void,
): Promise<Outcome> {
  return run([join(ROOT, 'src/cli/index.ts'), ...args], {}, watch);
}

function run(
  args: readonly string[],
  plan: FakePlan,
  watch: (stdout: string, child: ChildProcess) => void,
  hear: (stderr: string, child: ChildProcess) => void = () => undefined,
): Promise<Outcome> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, FAKE_TRAINER: JSON.stringify(plan) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    watch(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    hear(stderr, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, json: () => parseLines(stdout) }));
  });
}

function parseLines(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed !== 'object' || parsed === null) throw new Error(`not an object: ${line}`);
      return parsed as Readonly<Record<string, unknown>>; // checked above
    });
}
