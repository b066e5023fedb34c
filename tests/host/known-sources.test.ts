/**
 * A run knows its data and its teacher: by what is in them, and not by their names or by what their
 * cards say. The stranger here changes files under an old name and writes a card that fits them.
 */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSummaryView, SearchInput } from '../../src/bridge/schemas/records.ts';
import { trainAgainInput } from '../../src/bridge/config/train-again.ts';
import type { RunSources } from '../../src/core/records/sources.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { DATABASE_FILE, openReadable } from '../../src/store/workspace.ts';
import { fakeHost, temporaryFolder } from '../support/fake-host.ts';
import { invertLabels, writeCard, writeSmallDataset, writeSmallTeacher } from '../support/small-data.ts';
import { untilRun } from '../support/until-run.ts';

// Sessions come and go; what they take is the machine's affair.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let folder: ReturnType<typeof temporaryFolder>;
let host: Host | undefined;
const data = (): string => join(folder.path, 'workspace', 'datasets', 'small');
const teacher = (): string => join(folder.path, 'workspace', 'teachers', 'small-teacher');

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'resources'), { recursive: true });
});
afterEach(async () => {
  await close();
  folder.remove();
});

async function close(): Promise<void> {
  await host?.close();
  host = undefined;
}

async function open(epochMs = 20): Promise<Host['client']> {
  await close();
  host = await fakeHost(folder.path, { epochMs });
  return host.client;
}

const search = (more: Partial<SearchInput> = {}): SearchInput => ({
  name: 'mine',
  dataset: 'small',
  teacher: 'small-teacher',
  families: ['resnet'],
  strategy: { id: 'random' },
  recipe: { epochs: 3, batchSize: 32 },
  budget: { trials: 3 },
  slots: 1,
  ...more,
});

const left = ({ run }: RunSummaryView): boolean => run.state !== 'running';

/** Of a fresh workspace: one of three students is done. The workspace is at rest. */
async function pausedRun(claims: Parameters<typeof writeSmallDataset>[1] = 'files'): Promise<string> {
  const client = await open();
  writeSmallDataset(data(), claims);
  writeSmallTeacher(teacher());
  const { run } = await client.runs.start(search());
  await untilRun(client, run.id, ({ trials }) => trials.finished >= 1);
  await client.runs.pause({ id: run.id });
  await close();
  return run.id;
}

/** What an earlier version left: no fingerprints, and in its configuration what the data set's card
 * said, if it did. */
function forget(id: string, config: '' | 'datasetFingerprint' = ''): void {
  const db = new Database(join(folder.path, 'workspace', DATABASE_FILE));
  db.prepare('UPDATE run SET sources = NULL WHERE id = ?').run(id);
  if (config !== '') db.prepare('UPDATE run SET config = json_remove(config, ?) WHERE id = ?').run(`$.${config}`, id);
  db.close();
}

function sourcesOf(id: string): RunSources | undefined {
  const { store, close: done } = openReadable(join(folder.path, 'workspace'));
  try {
    return store.sources(id);
  } finally {
    done();
  }
}

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(() => new Error('It was taken.')).catch((thrown: unknown) => thrown);
  return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error);
}

/** All labels of the training images, from the other end; a card that fits them. */
function swapData(claims: Parameters<typeof writeCard>[1] = 'files'): void {
  cpSync(data(), join(folder.path, 'kept-data'), { recursive: true });
  invertLabels(data(), 'train');
  writeCard(data(), claims);
}

function putBack(): void {
  rmSync(data(), { recursive: true });
  renameSync(join(folder.path, 'kept-data'), data());
}

describe('a run that goes on', () => {
  it.each(['nothing', 'files', 'fingerprint'] as const)(
    'is refused where all labels were turned round, with a card that claims %s; and goes on with the old ones',
    async (claims) => {
      const id = await pausedRun(claims);
      swapData(claims);
      const client = await open(1);
      const words = await refusal(client.runs.resume({ id }));
      expect(words).toMatch(
        /^dataset\.changed: The data set "small" is not the one of "mine" any more: the training labels/,
      );
      expect(words).toMatch(/changed after \d{4}-\d\d-\d\d\. Put the old data set back.*under another name.*a new run/);
      expect(await refusal(client.runs.stop({ id }))).toMatch(/^dataset\.changed/);
      expect(await client.runs.get({ id })).toMatchObject({ run: { state: 'paused' }, trials: { finished: 1 } });
      putBack();
      await client.runs.resume({ id });
      const { run, trials } = await untilRun(client, id, left);
      expect([run.state, trials.finished]).toEqual(['finished', 3]);
    },
  );

  it('is refused where the card keeps the fingerprint of before, and so is a new one', async () => {
    const id = await pausedRun('fingerprint');
    const card = readFileSync(join(data(), 'dataset.json'), 'utf8');
    swapData();
    writeFileSync(join(data(), 'dataset.json'), card);
    const client = await open(1);
    expect(await refusal(client.runs.resume({ id }))).toMatch(/^dataset\.changed: .*training labels/);
    expect(await refusal(client.runs.start(search()))).toMatch(/^dataset\.corrupt: .*fingerprint differs/);
  });

  it.each([
    ['other images', () => writeSmallDataset(data(), 'files', 2), 'training images, the training images'],
    ['other classes', () => writeCard(data(), 'files', { classes: [...'jihgfedcba'] }), 'its classes'],
    ['another test split', () => (invertLabels(data(), 'test'), writeCard(data(), 'files')), 'the test labels'],
  ])('is refused with %s', async (_, change, what) => {
    const id = await pausedRun();
    change();
    const words = await refusal((await open(1)).runs.resume({ id }));
    expect(words).toMatch(/^dataset\.changed/);
    expect(words).toContain(what.split(', ')[0]);
  });

  it('does not mind files that were packed anew, a new date or another title', async () => {
    const id = await pausedRun();
    writeSmallDataset(data(), 'nothing');
    writeCard(data(), 'nothing', { title: 'Small again' });
    const client = await open(1);
    await client.runs.resume({ id });
    expect((await untilRun(client, id, left)).trials.finished).toBe(3);
  });

  it('is refused where its teacher has other weights, or other layers, and goes on with the old one', async () => {
    const id = await pausedRun();
    const [weights, card] = [join(teacher(), 'weights.safetensors'), join(teacher(), 'teacher.json')];
    const before = [readFileSync(weights), readFileSync(card)] as const;
    const client = await open(1);
    writeFileSync(weights, 'some');
    expect(await refusal(client.runs.resume({ id }))).toMatch(
      /^teacher\.changed: The teacher "small-teacher" is not the one of "mine" any more: its weights changed after/,
    );
    writeFileSync(weights, before[0]);
    writeFileSync(card, String(before[1]).replace('"mean":0.28', '"mean":0.29'));
    expect(await refusal(client.runs.resume({ id }))).toMatch(/^teacher\.changed: .*its layers or its normalisation/);
    writeFileSync(card, before[1]);
    await client.runs.resume({ id });
    expect((await untilRun(client, id, left)).run.state).toBe('finished');
  });
});

describe('a run of an earlier version', () => {
  it('goes on with what is there, says that it was not known, and knows it from then on', async () => {
    const id = await pausedRun();
    forget(id, 'datasetFingerprint');
    swapData();
    const client = await open(30);
    const { run } = await client.runs.resume({ id });
    expect(run.reason).toContain('kept no fingerprints');
    await client.runs.pause({ id });
    await close();
    expect(sourcesOf(id)).toMatchObject({ dataset: { shape: [28, 28, 1] }, teacher: {} });
    putBack();
    expect(await refusal((await open(1)).runs.resume({ id }))).toMatch(/^dataset\.changed/);
  });

  it.each(['files', 'fingerprint'] as const)(
    'is held to what its data set said when it was started: %s',
    async (claims) => {
      const id = await pausedRun(claims);
      forget(id);
      swapData(claims);
      expect(await refusal((await open(1)).runs.resume({ id }))).toMatch(/^dataset\.changed/);
      putBack();
      await host?.client.runs.resume({ id });
      expect((await untilRun((await Promise.resolve(host))!.client, id, left)).trials.finished).toBe(3);
    },
  );
});

describe('a teacher', () => {
  it('is not used with other data of the name it was trained on: it may have seen what it is tested with', async () => {
    const id = await pausedRun();
    const card = join(teacher(), 'teacher.json');
    const known = { ...sourcesOf(id)?.dataset, at: '2026-01-02T03:04:05.000Z' };
    const write = (sources: unknown): void => {
      const { dataset, ...rest } = JSON.parse(readFileSync(card, 'utf8'));
      writeFileSync(card, JSON.stringify({ ...rest, dataset: { ...dataset, sources } }));
    };
    const client = await open(1);
    write(known);
    const { run } = await client.runs.start(search());
    await untilRun(client, run.id, left);
    write({ ...known, splits: { ...known.splits, val: { images: 'a'.repeat(64), labels: 'b'.repeat(64) } } });
    expect(await refusal(client.runs.start(search()))).toMatch(
      new RegExp(
        '^teacher\\.mismatch: .*trained on other data of the name "small": ' +
          'the validation images, the validation labels changed after 2026-01-02',
      ),
    );
    // What is no fingerprint says nothing, and stands in nobody's way.
    write({ shape: 'toString' });
    expect((await client.runs.start(search())).run.state).toBe('running');
  });
});

describe('what stands on a run', () => {
  it('students that are trained again, and results that are learned from, are of the same data', async () => {
    const id = await pausedRun();
    const client = await open(1);
    await client.runs.resume({ id });
    const { run } = await untilRun(client, id, left);
    const trials = await client.runs.trials({ id });
    const again = trainAgainInput(run, trials.slice(0, 1), { name: 'winners', seeds: 1, epochs: 3 });
    const learning = search({ name: 'next', strategy: { id: 'trade' }, transferFrom: [id] });
    swapData();
    expect(await refusal(client.runs.start(again))).toMatch(/^dataset\.changed: .*"mine".*training labels/);
    expect(await refusal(client.runs.start(learning))).toMatch(
      /^config\.invalid: transferFrom: .*other examples of the same/,
    );
    putBack();
    writeFileSync(join(teacher(), 'weights.safetensors'), 'some');
    expect(await refusal(client.runs.start(again))).toMatch(/^teacher\.changed: .*"mine"/);
    writeFileSync(join(teacher(), 'weights.safetensors'), 'none');
    for (const input of [again, learning]) {
      const started = await client.runs.start(input);
      expect((await untilRun(client, started.run.id, left)).run.state).toBe('finished');
    }
  });

  it('predictions are not held against the labels of other data', async () => {
    const id = await pausedRun();
    const client = await open(1);
    const [done] = await client.runs.trials({ id });
    const network = { kind: 'student', id: done?.id ?? '', checkpoint: 'final' } as const;
    expect((await client.review.predictions(network)).labels).toHaveLength(40);
    invertLabels(data(), 'val');
    writeCard(data(), 'files');
    expect(await refusal(client.review.predictions(network))).toMatch(/^dataset\.changed: .*the validation labels/);
    expect(await refusal(client.review.layers(network))).toMatch(/^dataset\.changed/);
    expect(await refusal(client.trials.export({ id: network.id, format: 'json', precision: 'fp32' }))).toMatch(
      /^dataset\.changed/,
    );
  });

  it('latency is not measured of the network that other images would make of a student', async () => {
    const id = await pausedRun();
    const client = await open(1);
    const [done] = await client.runs.trials({ id });
    writeCard(data(), 'files', { shape: [32, 32, 1] });
    expect(await refusal(client.trials.measureLatency({ id: done?.id ?? '' }))).toMatch(/^dataset\.changed/);
  });

  it('weights that are not those that were written are neither tested nor shown nor exported', async () => {
    const id = await pausedRun();
    const client = await open(1);
    const { store, files, close: done } = openReadable(join(folder.path, 'workspace'));
    const [trial] = store.trials(id);
    const file = files.pathOf(store.checkpoint(trial?.id ?? '', 'final')?.file ?? '');
    done();
    const bytes = readFileSync(file);
    bytes[bytes.length - 2]! ^= 1; // there are some
    writeFileSync(file, bytes);
    const network = { kind: 'student', id: trial?.id ?? '', checkpoint: 'final' } as const;
    expect(await refusal(client.review.layers(network))).toMatch(/^checkpoint\.corrupt: .*other content/);
    expect(await refusal(client.trials.export({ id: network.id, format: 'json', precision: 'fp32' }))).toMatch(
      /^checkpoint\.corrupt/,
    );
    const { run } = await client.runs.stop({ id });
    expect(run.state).toBe('finished');
    expect(run.reason).toContain('Student 1 could not be tested: the file of its weights has other content');
  });
});
