/** What can be wrong with a cluster is said in words, and what comes from one is not believed
 * before it is checked. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseSearch } from '../../src/bridge/config/parse-config.ts';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import type { RaySettings } from '../../src/bridge/schemas/executor.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import type { Executor, Order } from '../../src/host/executors/executor.ts';
import { createRayExecutor, testCluster } from '../../src/host/executors/ray/ray-executor.ts';
import { trainerSettings } from '../../src/host/executors/trainer-settings.ts';
import { PROGRAM_VERSION } from '../../src/host/version.ts';
import { FAKE_TRAINER, temporaryFolder } from '../support/fake-host.ts';
import { askedForRay, startRayCluster } from '../support/ray-cluster.ts';
import type { RayCluster } from '../support/ray-cluster.ts';

const driver = askedForRay();
const missing = typeof driver === 'string' ? driver : undefined;
const folder = temporaryFolder();
let cluster: RayCluster | undefined;
let executor: Executor | undefined;

beforeAll(async () => {
  if (typeof driver !== 'string') cluster = await startRayCluster(driver);
}, 180_000);
afterEach(async () => executor?.close());
afterAll(async () => {
  await cluster?.close();
  folder.remove();
});

const { checkpoints } = parseSearch({ name: 'test' });
const recipe = imageRecipe({ epochs: 2 });
const family = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
const data = join(folder.path, 'data');
mkdirSync(data);
writeFileSync(join(data, 'dataset.json'), '{"a": "data set"}');
const training = (number: number): Order<'train'> => ({
  ...{ kind: 'train', jobId: `trial-${number}-a1` },
  input: {
    graph: family.build(family.reference),
    ...{ dataset: { directory: data }, recipe, until: 2, checkpoints, seed: 1 },
  },
});

function open(more: Partial<RaySettings> = {}): Executor {
  if (typeof driver === 'string' || cluster === undefined) throw new Error('There is no cluster.');
  const trainer = { entry: FAKE_TRAINER, environment: { FAKE_TRAINER: '{}' } };
  const temp = join(folder.path, 'temp');
  mkdirSync(temp, { recursive: true });
  const settings = trainerSettings({ trainer }, { fence: 's000001-test', folders: { temp, cache: temp } });
  const ray = { kind: 'ray', address: cluster.address, cpus: 1, gpus: 0, ...more } as const;
  return (executor = createRayExecutor({ settings, ray, trainer, driver: () => driver }));
}

/** A program on a machine of the cluster that is not ours: `node` is a shell script there. */
function strangeProgram(name: string, script: string, version = 'v24.0.0'): string {
  const program = join(folder.path, name);
  mkdirSync(join(program, 'out/main'), { recursive: true });
  mkdirSync(join(program, 'node_modules/node/bin'), { recursive: true });
  writeFileSync(join(program, 'out/main/ray-worker.js'), '');
  const node = join(program, 'node_modules/node/bin/node');
  writeFileSync(node, `#!/bin/sh\n[ "$1" = --version ] && echo ${version} && exit\n${script}\n`);
  chmodSync(node, 0o755);
  return program;
}

/** It answers each order with these lines of a worker, after a greeting. */
const rogue = (name: string, ...lines: readonly object[]): string =>
  strangeProgram(
    name,
    [
      `echo '{"version": "${PROGRAM_VERSION}"}'`,
      `echo '{"json": {"type": "ready"}, "meta": []}'`,
      'read order',
      ...lines.map((line) => `echo '${JSON.stringify(line)}'`),
      'sleep 60',
    ].join('\n'),
  );

const head = { jobId: 'trial-0-a1', fence: 's000001-test' };
const point = { epoch: 1, trainLoss: 1, validationLoss: 1, validationAccuracy: 1, learningRate: 1, seconds: 1 };
const epochAt = (path: string): object => {
  const checkpoint = { path, bytes: 4, sha256: 'a'.repeat(64) };
  return { json: { type: 'report', ...head, report: { type: 'epoch', point, checkpoint } }, meta: [] };
};

describe.skipIf(missing !== undefined)(`a cluster of Ray${missing ? ` SKIP: ${missing}` : ''}`, () => {
  it('that is none answers in words, though something listens there', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo; // of a server over TCP
    const address = `127.0.0.1:${port}`;
    await expect(open({ address }).run(training(0))).rejects.toMatchObject({
      ...{ code: 'backend.missing', message: expect.stringContaining(`at ${address}: what answers there`) as string },
    });
    silent.close();
    await executor?.close();
    await expect(open({ address }).run(training(0))).rejects.toMatchObject({
      ...{ code: 'backend.missing', message: expect.stringContaining('ECONNREFUSED') as string },
    });
  });

  it('without room says what is wanted and what is free, and a person can stop waiting', async () => {
    const stopping = new AbortController();
    const told: string[] = [];
    const end = await open({ cpus: 5, gpus: 2 }).run(
      training(0),
      (news) => {
        if (news.type !== 'progress') return;
        told.push(news.stage);
        if (told.length > 1) stopping.abort();
      },
      stopping.signal,
    );
    expect(end.type).toBe('stopped');
    expect(told[1]).toBe('waiting for 5 CPU and 2 GPU of the cluster: 2 of 2 CPU, 0 of 0 GPU are free');
  });

  it.each([
    ['no program', '/nowhere', 'The program is not on node'],
    ['an old Node', strangeProgram('old', '', 'v20.1.0'), 'and the program needs 24 or newer'],
    [
      'another version of the program',
      strangeProgram('other', `echo '{"version": "9.9.9"}'; sleep 60`),
      `has version 9.9.9 of the program, and this is ${PROGRAM_VERSION}`,
    ],
  ])('with %s says so, and where', async (_, program, words) => {
    await expect(open({ program }).run(training(0))).rejects.toMatchObject({
      ...{ code: 'backend.missing', message: expect.stringContaining(words) as string },
    });
  });

  it.each([
    ['a path out of the folder', epochAt('../evil'), 'expected the bare name of a file'],
    ['an absolute path', epochAt('/etc/passwd'), 'expected the bare name of a file'],
    ['another shape', { json: { type: 'done', ...head, output: { type: 'trained' } }, meta: [] }, 'accuracy'],
    ['a message of no kind', { json: { type: 'take', path: '/' }, meta: [] }, 'type'],
    ['a written form of nothing', { json: {}, meta: [[32, '__proto__', 'x']] }, 'segment'],
  ])('that sends %s is not believed, and nothing of it is written', async (name, line, words) => {
    const program = rogue(`rogue ${name}`, line);
    const end = await open({ program }).run(training(0));
    expect(end).toMatchObject({ type: 'failed', message: expect.stringContaining(words) as string });
    expect(existsSync(join(folder.path, 'evil'))).toBe(false);
    expect(readdirSync(join(folder.path, 'temp'))).toEqual([]);
  });

  it('that names a file outside of its own folder is ended', async () => {
    const program = rogue('thief', { files: ['../../shelf'], ...epochAt('shelf') });
    const end = await open({ program }).run(training(0));
    expect(end).toMatchObject({ type: 'crashed', message: expect.stringContaining('is no name of a file') as string });
  });

  it("that sends a file under another job's name is not believed either", async () => {
    const name = 'trial-9-a1-final.safetensors';
    const line = JSON.stringify({ files: [name], json: { type: 'alive', ...head }, meta: [] });
    const program = strangeProgram(
      'forger',
      [
        `echo '{"version": "${PROGRAM_VERSION}"}'`,
        `echo '{"json": {"type": "ready"}, "meta": []}'`,
        'read order',
        `temp=$(echo "$TRADE_RAY_WORKER" | sed 's/.*"temp": "\\([^"]*\\)".*/\\1/')`,
        `echo forged > "$temp/${name}"`,
        `echo '${line}'`,
        'sleep 60',
      ].join('\n'),
    );
    const end = await open({ program }).run(training(0));
    expect(end).toMatchObject({ type: 'failed', message: expect.stringContaining('nobody asked for') as string });
    expect(existsSync(join(folder.path, 'temp', name))).toBe(false);
  });

  it('with another file on its shelf than its name says gets the right one', async () => {
    expect(await open().run(training(1))).toMatchObject({ type: 'done' });
    await executor?.close();
    const shelf = join(cluster?.cache ?? '', 'files');
    const names = readdirSync(shelf);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) writeFileSync(join(shelf, name), 'spoilt');
    expect(await open().run(training(2))).toMatchObject({ type: 'done' });
    const folders = join(cluster?.cache ?? '', 'folders');
    const found = readdirSync(folders).map((name) => readFileSync(join(folders, name, 'dataset.json'), 'utf8'));
    expect(found).toEqual(['{"a": "data set"}']);
  });

  it('tells what it has, and why no trainer can run on a node', async () => {
    if (typeof driver === 'string' || cluster === undefined) return;
    const ray = { kind: 'ray', address: cluster.address, cpus: 1, gpus: 0 } as const;
    const found = await testCluster(driver, ray, new AbortController().signal);
    expect(found).toMatchObject({ slots: 2, cpus: { total: 2 }, gpus: { total: 0, free: 0 } });
    expect(found.nodes.map(({ version }) => version)).toEqual([PROGRAM_VERSION, PROGRAM_VERSION]);
    const bare = await testCluster(driver, { ...ray, program: '/nowhere' }, new AbortController().signal);
    expect(bare.slots).toBe(0);
    expect(bare.nodes[0]?.problem).toContain('The program is not on node');
  });
});
