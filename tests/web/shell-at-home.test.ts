/** The web shell within this process: its words, its doors and its end, with the process around it
 * held still. */
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectToHost } from '../../src/bridge/connect.ts';
import { runWebShell } from '../../src/web/web-shell.ts';
import { FAKE_TRAINER, fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { closePages, openPage } from '../support/page.ts';

let folder: ReturnType<typeof temporaryFolder>;
let workspace: string;
let end: () => Promise<void> = () => Promise.resolve();

beforeEach(() => {
  folder = temporaryFolder();
  workspace = join(folder.path, 'workspace');
  makeResources(folder.path);
  const sample = { name: 'Two', strategy: { id: 'random' }, budget: { trials: 2 }, recipe: { epochs: 1 } };
  writeFileSync(join(folder.path, 'sample.json'), JSON.stringify(sample));
});
afterEach(async () => {
  vi.useRealTimers();
  closePages();
  await end();
  end = () => Promise.resolve();
  vi.restoreAllMocks();
  folder.remove();
});

const ADDRESS = /http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})/;
const HINT = 'Enter prints a new address (each opens one window); Ctrl+C ends.\n';

/** A process that is told to exit stays: what it said, with which code it would have gone, and its
 * signals by name. */
function start(args: readonly string[] = [], plan: FakePlan = {}, { isTTY = false, inWorkspace = true } = {}) {
  const said = { out: '', error: '' };
  const signals = new Map<string, () => void>();
  const codes: number[] = [];
  const input = Object.assign(new PassThrough(), { isTTY });
  const listen = process.on.bind(process);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (said.out += String(text)) !== '');
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said.error += String(text)) !== '');
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as unknown as typeof process.stdin); // what is used of it
  vi.spyOn(process, 'on').mockImplementation((name, listener: () => void) => {
    if (String(name).startsWith('SIG')) signals.set(String(name), listener);
    else listen(name, listener);
    return process;
  });
  const exited = new Promise<number>((resolve) => {
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      codes.push(Number(code));
      resolve(Number(code));
      return undefined as never; // the process stays
    });
  });
  const own = inWorkspace ? ['--workspace', workspace] : [];
  const running = runWebShell([...own, ...args], {
    resources: join(folder.path, 'resources'),
    sample: join(folder.path, 'sample.json'),
    trainer: { entry: FAKE_TRAINER, environment: { FAKE_TRAINER: JSON.stringify(plan) } },
  });
  const interrupt = (): void => signals.get('SIGINT')?.();
  end = async () => {
    if (codes.length > 0 || !signals.has('SIGINT')) return;
    interrupt();
    // One that does not end fails its test by itself, and soon.
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 3000))]);
  };
  const says = (words: string | RegExp) =>
    vi.waitFor(() => expect(said.out).toMatch(words), { timeout: 20_000, interval: 10 });
  const page = async () => {
    await says(ADDRESS);
    return connectToHost(openPage(ADDRESS.exec(said.out)?.[0] ?? '').page);
  };
  return { said, signals, codes, input, exited, running, interrupt, says, page };
}

const isBusy = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(true));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(false)));
  });

it('serves the workbench of its workspace until a signal, and leaves the port free', async () => {
  const shell = start();
  const { client } = await shell.page();
  expect(await client.system.info()).toMatchObject({ shell: 'web', workspace });
  expect((await client.runs.list({})).total).toBe(0);
  const port = Number(ADDRESS.exec(shell.said.out)?.[1]);
  expect(await isBusy(port)).toBe(true);
  expect(shell.said.out).toMatch(/^The workbench is at http:\S+\n$/);
  shell.interrupt();
  expect(await shell.exited).toBe(0);
  expect(await isBusy(port)).toBe(false);
  expect([shell.said.out, shell.said.error]).toEqual([expect.stringMatching(/^The workbench is at http:\S+\n$/), '']);
  // The workspace is free again.
  const next = await fakeHost(folder.path);
  await next.close();
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('ends at %s', async (name) => {
  const shell = start();
  await shell.says(ADDRESS);
  shell.signals.get(name)?.();
  expect(await shell.exited).toBe(0);
});

it('tells a person at a terminal how to get another address, and gives one that was never given', async () => {
  const shell = start([], {}, { isTTY: true });
  await shell.says(HINT);
  shell.input.write('\n');
  await shell.says(/#token=[\s\S]*#token=/);
  const [first, second] = [...shell.said.out.matchAll(new RegExp(ADDRESS, 'g'))].map(([address]) => address);
  expect(second).not.toBe(first);
  expect((await connectToHost(openPage(second ?? '').page)).state().kind).toBe('connected');
});

it('pauses a search at the first Ctrl+C, says how to go on, and ends at once at the second', async () => {
  const shell = start(['--sample'], { untilHeld: [0, 1, 2, 3] }, { isTTY: true });
  await shell.says(/Sample search "/);
  shell.interrupt();
  expect(shell.said.out).toContain('Pausing the search; Ctrl+C once more ends at once.\n');
  expect(shell.codes).toEqual([]);
  shell.interrupt();
  expect(shell.codes).toEqual([130]);
  await vi.waitFor(() => expect(shell.codes).toEqual([130, 130]), { timeout: 20_000 });
  await shell.running;
  expect(shell.said.out).toMatch(
    new RegExp(`Paused: go on in the workbench, or by "trade resume [\\w-]+ --workspace ${workspace}"\\.\n`),
  );
  // Whoever is leaving needs no hint any more.
  expect(shell.said.out.split(HINT)).toHaveLength(2);
});

it('tells of the sample to its end, and hints again below it', async () => {
  const shell = start(['--sample'], {}, { isTTY: true });
  await shell.running;
  expect(shell.said.out).toContain('The sample search is done.\n');
  expect(shell.said.out.split(HINT)).toHaveLength(3);
  expect(shell.said.out.endsWith(HINT)).toBe(true);
});

it('ends when the page wants that, and stays when the page wants the search to go on', async () => {
  const shell = start(['--sample'], { untilHeld: [0, 1, 2, 3] });
  const { client } = await shell.page();
  await shell.says(/Sample search "/);
  await client.system.quit({ mode: 'keep' });
  await shell.says('The window is closed; the search goes on. Ctrl+C pauses it.\n');
  expect(shell.codes).toEqual([]);
  await client.system.quit({ mode: 'pause' });
  expect(await shell.exited).toBe(0);
  expect(shell.said.out).not.toContain('Pausing');
});

it('offers the files that it was started with', async () => {
  const file = join(folder.path, 'given.trade');
  writeFileSync(file, 'zip');
  const shell = start([file]);
  const { client } = await shell.page();
  await vi.waitFor(async () =>
    expect(await client.archives.offered()).toEqual([{ id: expect.any(String), name: 'given.trade', bytes: 3 }]),
  );
});

/** The last window has gone, and no reload has brought it back. */
async function leaveAlone(): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  closePages();
  await new Promise((resolve) => setImmediate(resolve));
  await vi.waitFor(() => {
    vi.advanceTimersByTime(4000);
    return Promise.resolve();
  });
}

it('without a window of its own waits for the next one', async () => {
  const shell = start([], {}, { isTTY: true });
  await shell.page();
  await leaveAlone();
  await vi.waitFor(() => expect(shell.said.out.split(HINT)).toHaveLength(3), { timeout: 20_000 });
  expect(shell.said.out).not.toContain('No window');
  expect(shell.codes).toEqual([]);
});

it('says that a search goes on without a window, and ends for want of one only when nothing is under way', async () => {
  const shell = start(['--sample'], { untilHeld: [0, 1, 2, 3] });
  await shell.page();
  await shell.says(/Sample search "/);
  await leaveAlone();
  await shell.says('No window is open; the search goes on. Ctrl+C pauses it.\n');
  expect(shell.codes).toEqual([]);
});

it('names what keeps it from starting, with 2 as its code, and holds nothing', async () => {
  const wrong = start(['--prot', '1']);
  expect(await wrong.exited).toBe(2);
  expect(wrong.said).toEqual({ out: '', error: expect.stringMatching(/--prot[\s\S]*Usage: web/) });
  vi.restoreAllMocks();

  const holder = await fakeHost(folder.path);
  try {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const address = probe.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const taken = start(['--port', String(port)]);
    expect(await taken.exited).toBe(2);
    expect(taken.said.error).toContain(`Port ${port} is in use`);
    vi.restoreAllMocks();
    await new Promise((resolve) => probe.close(resolve));

    const second = start(['--port', String(port)]);
    expect(await second.exited).toBe(2);
    expect(second.said).toEqual({ out: '', error: expect.stringContaining(workspace) });
    await second.running;
    expect(await isBusy(port)).toBe(false);
  } finally {
    await holder.close();
  }
});
