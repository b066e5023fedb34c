/**
 * Files that come from outside, with any of their bytes changed: archives, weights, configurations
 * and tables are read, or refused by an error of ours that names the file. `FUZZ` sets how many of
 * each. (IDX, CIFAR and images: tests/compute/data/import.)
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { parseSearchText } from '../../src/bridge/config/parse-config.ts';
import { readWeights, writeWeights } from '../../src/compute/files/checkpoint.ts';
import { initialWeights, layoutOf } from '../../src/compute/model/parameters.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { packArchive } from '../../src/host/archive/pack.ts';
import { unpackArchive } from '../../src/host/archive/unpack.ts';
import { examine } from '../../src/store/upkeep/doctor.ts';
import { tinyConvolutional } from '../compute/support/tiny-training.ts';
import { SAMPLE } from '../support/fake-host.ts';
import { FUZZ, fuzz } from '../support/fuzz.ts';
import { readTable, tableFacts } from '../../src/host/replays/table.ts';
import { tinyTable } from '../support/tiny-table.ts';
import { withTrial } from '../support/store-records.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

/** Some bytes changed, a part cut out, the end cut off, something put in. */
const damage = fc.oneof(
  fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((flips) => (bytes: Buffer) => {
    const damaged = Buffer.from(bytes);
    for (const [place, value] of flips) damaged[place % damaged.length] = value;
    return damaged;
  }),
  fc.nat().map((end) => (bytes: Buffer) => bytes.subarray(0, end % bytes.length)),
  fc.tuple(fc.nat(), fc.nat(2000)).map(([start, length]) => (bytes: Buffer) => {
    const at = start % bytes.length;
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
  }),
  fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 100 })).map(([start, more]) => (bytes: Buffer) => {
    const at = start % bytes.length;
    return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
  }),
);

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('files');
  mkdirSync(folder);
});

/** An error of ours that is no bug of ours; nothing where the file was read. */
function expectOurs(error: unknown): void {
  expect(error).toBeInstanceOf(WorkbenchError);
  expect((error as WorkbenchError).kind).not.toBe('internal');
}

it(
  'archives of runs',
  async () => {
    const workspace = temporaryWorkspace();
    withTrial(workspace.store);
    workspace.store.setRunState('run_1', 'paused');
    const sound = join(folder, 'sound.trade');
    const order = {
      workspace: workspace.directory,
      target: sound,
      temp: join(folder, 'temp'),
      program: '1',
    } as const;
    await packArchive({ ...order, packedAt: '2026-01-01T00:00:00.000Z' }, () => undefined);
    const bytes = readFileSync(sound);
    const file = join(folder, 'damaged.trade');
    let number = 0;
    const property = fc.asyncProperty(damage, async (harm) => {
      writeFileSync(file, harm(bytes));
      const staging = join(workspace.files.temp, `staging-${(number += 1)}`);
      const unpack = {
        file,
        name: 'damaged.trade',
        staging,
        workspace: workspace.directory,
        resources: join(import.meta.dirname, '../../resources'),
        suffix: 'b',
      } as const;
      await unpackArchive({ ...unpack, now: '2026-01-02T00:00:00.000Z' }, () => undefined).then(
        () => undefined,
        expectOurs,
      );
    });
    await fuzz('archives', property, FUZZ);
    expect(workspace.store.runs().total).toBe(1);
    expect(examine(workspace.store, workspace.files)).toMatchObject({ ok: true });
  },
  60_000 + 500 * FUZZ,
);

it('weights', { timeout: 60_000 + 50 * FUZZ }, async () => {
  const layout = layoutOf(tinyConvolutional());
  const sound = join(folder, 'sound.safetensors');
  writeWeights(sound, layout, initialWeights(layout, 1));
  const bytes = readFileSync(sound);
  const file = join(folder, 'damaged.safetensors');
  const property = fc.property(damage, (harm) => {
    writeFileSync(file, harm(bytes));
    try {
      readWeights(file, layout);
    } catch (error) {
      expectOurs(error);
    }
  });
  await fuzz('weights (safetensors)', property, FUZZ);
});

it('configurations', { timeout: 60_000 + 50 * FUZZ }, async () => {
  const sound = readFileSync(SAMPLE);
  const property = fc.property(
    fc.oneof(
      damage.map((harm) => harm(sound).toString('utf8')),
      fc.json(),
      fc.string(),
    ),
    (text) => {
      try {
        parseSearchText(text, 'search.json');
      } catch (error) {
        expectOurs(error);
        expect((error as WorkbenchError).kind).toBe('input');
      }
    },
  );
  await fuzz('configurations', property, FUZZ);
});

it('recorded tables', { timeout: 60_000 + 50 * FUZZ }, async () => {
  const sound = Buffer.from(JSON.stringify(tinyTable()));
  const texts = fc.oneof(
    damage.map((harm) => harm(sound).toString('utf8')),
    fc.json(),
    fc.record({ format: fc.constant('trade-replay/1'), families: fc.anything(), metrics: fc.anything() }).map(written),
  );
  const property = fc.property(texts, (text) => {
    try {
      tableFacts(readTable(text, 'table.json'), []);
    } catch (error) {
      expectOurs(error);
      expect((error as WorkbenchError).kind).toBe('input');
    }
  });
  await fuzz('recorded tables', property, FUZZ);
});

const written = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
