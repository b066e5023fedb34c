/** Some classes of a data set: whose images they are, which are drawn, and what is refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset, pixelsIn } from '../../../../src/compute/data/dataset.ts';
import type { Dataset } from '../../../../src/compute/data/dataset.ts';
import type { SplitName } from '../../../../src/core/records/sources.ts';
import { SMALL, writeSmallDataset } from '../../../support/small-data.ts';
import { importBench } from '../../support/import-bench.ts';

const bench = importBench();
const folder = mkdtempSync(join(tmpdir(), 'subset-'));
let whole: Dataset;
beforeAll(() => {
  writeSmallDataset(folder);
  whole = loadDataset(folder);
});
afterAll(() => {
  bench.remove();
  rmSync(folder, { recursive: true });
});

const cut = (classes: readonly number[], perClass?: number, seed = 1): Promise<Dataset> =>
  bench.run(folder, { kind: 'subset', seed, subset: { classes, ...(perClass !== undefined && { perClass }) } });

/** Images by their pixels, which differ, each with its class' name. */
function imagesOf({ card, split }: Dataset, name: SplitName): ReadonlyMap<string, string> {
  const one = split(name);
  return new Map(
    Array.from(one.labels, (label, index) => {
      return [Buffer.from(pixelsIn(one, index, index + 1)).toString('base64'), card.classes[label] ?? ''];
    }),
  );
}

describe('a subset', () => {
  it('has every image of its classes under their names, and no other', async () => {
    // Catches labels that are not renumbered, and a split that is cut again from another.
    const some = await cut([7, 8, 9]);
    expect(some.card.classes).toEqual(['class 7', 'class 8', 'class 9']);
    for (const name of ['train', 'val', 'test'] as const) {
      const wanted = [...imagesOf(whole, name)].filter(([, named]) => some.card.classes.includes(named));
      expect(wanted).toHaveLength((3 * SMALL[name]) / 10);
      expect(new Map(wanted)).toEqual(imagesOf(some, name));
    }
  });

  it('has as many training images of each class as asked, the fewer of a seed among the more', async () => {
    const [few, more, other] = [await cut([1, 4], 3), await cut([1, 4], 8), await cut([1, 4], 3, 2)];
    expect(few.card.splits.train.balance).toEqual([3, 3]);
    expect(more.card.splits.train.balance).toEqual([8, 8]);
    const [fewer, all] = [imagesOf(few, 'train'), imagesOf(more, 'train')];
    expect([...fewer].every(([image, name]) => all.get(image) === name)).toBe(true);
    // Catches a draw that the seed has no part in.
    expect([...fewer.keys()]).not.toEqual([...imagesOf(other, 'train').keys()]);
    // Of 4 and 4 there is less than what is kept at most.
    expect([few.card.splits.val.balance, few.card.splits.test.balance]).toEqual([
      [4, 4],
      [4, 4],
    ]);
    expect(few.card.import).toEqual({ kind: 'subset', classes: [1, 4], perClass: 3, seed: 1, validation: 50 });
  });

  it('is refused in words where a class has fewer images, and leaves nothing', async () => {
    bench.clear();
    await expect(cut([1, 4], 17)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringMatching(/17 training images of each class .* "class 1" of small has 16/),
    });
    expect(bench.left()).toEqual([]);
  });
});
