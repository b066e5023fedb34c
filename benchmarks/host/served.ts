/** The web shell over a workspace as a process of its own, with trainers that compute nothing, and
 * a window connected to it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connectToHost } from '../../src/bridge/connect.ts';
import type { BridgeClient } from '../../src/bridge/client.ts';
import type { FakePlan } from '../../tests/support/fake-trainer.ts';
import { closePages, openPage } from '../../tests/support/page.ts';
import type { LoopFigures, LoopOrder } from './loop-watch.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface ServedOptions {
  readonly workspace: string;
  readonly resources: string;
  readonly plan: FakePlan;
  /** Folder for a profile of the process, written when it ends. */
  readonly profile?: string | undefined;
}

export interface Served {
  readonly client: BridgeClient;
  /** From the start of the process to its answer to the first list of runs. */
  readonly startMs: number;
  /** Watches the event loop from here on. */
  watchLoop(): Promise<void>;
  readLoop(): Promise<LoopFigures>;
  /** As Ctrl+C does. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export async function serve({ workspace, resources, plan, profile }: ServedOptions): Promise<Served> {
  const started = performance.now();
  const child = fork(
    join(ROOT, 'tests/support/fake-web.ts'),
    [resources, '--print', '--port', '0', '--workspace', workspace],
    {
      execPath: join(ROOT, 'node_modules/.bin/node'),
      execArgv: [
        ...['--import', pathToFileURL(join(import.meta.dirname, 'loop-watch.ts')).href],
        ...(profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile, '--cpu-prof-interval', '500']),
      ],
      env: { ...process.env, FAKE_TRAINER: JSON.stringify(plan) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const gone = once(child, 'exit');
  let output = '';
  const address = await new Promise<string>((found, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const match = /http:\/\/127\.0\.0\.1:\S+/.exec(output);
        if (match) found(match[0]);
      });
    }
    void gone.then(() => failed(new Error(`The program ended before it was up:\n${output}`)));
  });
  const { client } = await connectToHost(openPage(address).page);
  await client.runs.list({ limit: 60 });
  const startMs = performance.now() - started;

  async function order(name: LoopOrder): Promise<unknown> {
    const answer = once(child, 'message');
    child.send(name);
    return (await answer)[0];
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    closePages();
    child.kill(signal);
    await gone;
  }
  return {
    client,
    startMs,
    watchLoop: async () => void (await order('begin')),
    // Sound: what loop-watch.ts answers.
    readLoop: async () => (await order('read')) as LoopFigures,
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
  };
}
