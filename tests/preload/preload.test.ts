/** The preload as it is built: what it requires, what the page gets, and what it passes on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from 'electron-vite';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_MESSAGE, PORT_MESSAGE } from '../../src/bridge/shell.ts';
import type { ShellApi } from '../../src/bridge/shell.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;
let source: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trade-preload-'));
  const { config } = await resolveConfig({ root: ROOT, logLevel: 'silent' }, 'build', 'production');
  const preload = config?.preload;
  if (preload === undefined) throw new Error('electron.vite.config.ts has no preload');
  await build({
    ...preload,
    root: ROOT,
    configFile: false,
    logLevel: 'silent',
    build: { ...preload.build, outDir: folder },
  });
  source = readFileSync(join(folder, 'index.cjs'), 'utf8');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it as Electron would: CommonJS, with `electron` as the one module there is. */
function run() {
  const exposed = new Map<string, unknown>();
  const passed: { readonly channel: string; readonly ports: readonly unknown[] }[] = [];
  const listeners: ((event: object) => void)[] = [];
  const page = { addEventListener: (_type: string, listener: (event: object) => void) => listeners.push(listener) };
  const heard = new Map<string, (event: unknown, message: unknown) => void>();
  const electron = {
    contextBridge: { exposeInMainWorld: (key: string, api: unknown) => exposed.set(key, api) },
    ipcRenderer: {
      on: (channel: string, listener: (event: unknown, message: unknown) => void) => heard.set(channel, listener),
      postMessage: (channel: string, _message: unknown, ports: readonly unknown[]) => passed.push({ channel, ports }),
    },
  };
  const required: string[] = [];
  const require = (name: string): unknown => {
    required.push(name);
    if (name === 'electron') return electron;
    throw new Error(`a sandboxed preload cannot require ${name}`);
  };
  new Function('require', 'module', 'exports', 'window', source)(require, { exports: {} }, {}, page);
  const post = (event: object): void => listeners.forEach((listener) => listener(event));
  return { exposed, heard, passed, required, page, post };
}

describe('the built preload', () => {
  it('is one CommonJS file that requires electron alone', () => {
    expect(readdirSync(folder)).toEqual(['index.cjs']);
    expect(run().required).toEqual(['electron']);
    expect(source).not.toMatch(/\bimport\b\s*[({'"*]|\bimport\b.*\bfrom\b/);
  });

  it('shows the page these keys and no more', () => {
    const { exposed } = run();
    expect([...exposed.keys()]).toEqual(['trade']);
    const functions = { onCommand: expect.any(Function) };
    expect(exposed.get('trade')).toEqual({ shell: 'electron', ...functions });
  });

  it('tells the page the name of a chosen command, and nothing of the event, which leads to the bridge', () => {
    const { exposed, heard } = run();
    const told: unknown[][] = [];
    // Sound: seen above.
    (exposed.get('trade') as ShellApi).onCommand((...all) => void told.push(all));
    expect([...heard.keys()]).toEqual([COMMAND_MESSAGE]);
    heard.get(COMMAND_MESSAGE)?.({ sender: 'the bridge' }, 'find');
    expect(told).toEqual([['find']]);
  });

  it('passes the one port of its own page on', () => {
    const { page, passed, post } = run();
    const port = {};
    post({ source: page, data: PORT_MESSAGE, ports: [port, {}] });
    expect(passed).toEqual([{ channel: PORT_MESSAGE, ports: [port] }]);
    expect(passed[0]?.ports[0]).toBe(port);
  });

  it('passes nothing on from a frame, of another message, or without a port', () => {
    const { page, passed, post } = run();
    post({ source: {}, data: PORT_MESSAGE, ports: [{}] });
    post({ source: page, data: 'something else', ports: [{}] });
    post({ source: page, data: PORT_MESSAGE, ports: [] });
    expect(passed).toEqual([]);
  });
});
