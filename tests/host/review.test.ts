/** What networks are compared by: kept checkpoints, twins in other runs, images of the split,
 * statistics of layers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
let host: Host;
let client: Host['client'];
let distilled: readonly Trial[];
let plain: readonly Trial[];

async function searched(input: Partial<SearchInput>): Promise<readonly Trial[]> {
  const more = { families: ['resnet'], strategy: { id: 'random' }, budget: { trials: 2 }, slots: 1, seed: 3 };
  const { run } = await client.runs.start({ name: 'Review', ...more, ...input });
  await untilRun(client, run.id, ({ run: { state } }) => state !== 'running');
  return client.runs.trials({ id: run.id });
}

beforeAll(async () => {
  makeResources(folder.path);
  host = await fakeHost(folder.path, { bestFirst: [0] }, { workspace: join(folder.path, 'workspace') });
  ({ client } = host);
  distilled = await searched({ name: 'Distilled' });
  plain = await searched({ name: 'Plain', recipe: { distillation: { loss: 'none' } } });
}, 60_000);
afterAll(async () => {
  await host.close();
  folder.remove();
});

const first = (): Trial => distilled[0]!; // two of them

describe('checkpoints', () => {
  it('are those that were kept; the best one has predictions of its own, computed once', async () => {
    const kept = await client.review.checkpoints({ id: first().id });
    expect(kept.map(({ kind, epoch }) => [kind, epoch])).toEqual([
      ['final', first().epochs],
      ['best', 1],
    ]);
    const final = await client.review.predictions({ kind: 'student', id: first().id });
    const best = await client.review.predictions({ kind: 'student', id: first().id, checkpoint: 'best' });
    expect(best.labels).toEqual(final.labels);
    expect(best.probabilities).not.toEqual(final.probabilities);
    expect(await client.review.predictions({ kind: 'student', id: first().id, checkpoint: 'best' })).toEqual(best);
  });

  it('that were not kept are told so', async () => {
    const missing = { kind: 'student', id: distilled[1]!.id, checkpoint: 'best' } as const;
    await expect(client.review.predictions(missing)).rejects.toMatchObject({ code: 'trial.missing' });
    await expect(client.review.checkpoints({ id: 'nobody' })).rejects.toMatchObject({ code: 'trial.missing' });
  });
});

describe('twins', () => {
  it('are students of the same architecture in other runs, with how they were taught', async () => {
    // The same seed draws the same students: labels alone search the space that a teacher has.
    expect(plain[0]?.candidate).toEqual(first().candidate);
    const [twin, ...others] = await client.review.twins({ id: first().id });
    expect([twin?.id, twin?.runName, twin?.loss, others]).toEqual([plain[0]?.id, 'Plain', 'none', []]);
    expect((await client.review.twins({ id: plain[0]!.id })).map(({ loss }) => loss)).toEqual(['dist']);
  });
});

describe('images', () => {
  it('are those of the validation split, byte by byte', async () => {
    const directory = join(folder.path, 'resources/datasets/fashion-mnist');
    const card = JSON.parse(readFileSync(join(directory, 'dataset.json'), 'utf8')) as {
      splits: { val: { count: number; images: { file: string } } };
    };
    const { count, images } = card.splits.val;
    const pixels = gunzipSync(readFileSync(join(directory, images.file))).subarray(16);
    const view = await client.review.images({ dataset: 'fashion-mnist', indices: [count - 1, 0] });
    expect(view.shape).toEqual([28, 28, 1]);
    expect(Buffer.from(view.pixels)).toEqual(
      Buffer.concat([pixels.subarray((count - 1) * 784, count * 784), pixels.subarray(0, 784)]),
    );
  });

  it('beyond its end, and too many at once, are refused', async () => {
    const beyond = client.review.images({ dataset: 'fashion-mnist', indices: [1_000_000] });
    await expect(beyond).rejects.toMatchObject({ code: 'usage.invalid' });
    const many = client.review.images({ dataset: 'fashion-mnist', indices: Array.from({ length: 201 }, () => 0) });
    await expect(many).rejects.toMatchObject({ code: 'config.invalid' });
  });
});

describe('layers', () => {
  it('are asked of a trainer, for students and teachers', async () => {
    for (const network of [
      { kind: 'student', id: first().id, checkpoint: 'best' },
      { kind: 'teacher', name: 'fashion-resnet' },
    ] as const) {
      const { images, layers } = await client.review.layers(network);
      expect([images, layers[0]?.id]).toEqual([64, 'stem']);
    }
  });
});
