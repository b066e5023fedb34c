/** Answers of pupils in archives: windows, pupils and positions come along, and a stranger's that a
 * network would read past the end of its tables stay out. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadDataset, pixelsIn } from '../../src/compute/data/dataset.ts';
import { packed, taken } from '../support/archives.ts';
import { manifestOf, writeArchive } from '../support/forge.ts';
import { writeTinySteps } from '../support/tiny-steps.ts';
import type { Changes } from '../support/tiny-steps.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

async function forged(changes: Changes): Promise<string> {
  const folder = temporaryFolder('forged');
  const own = writeTinySteps(join(folder, 'own'), changes);
  const content = Object.fromEntries(
    readdirSync(own).map((name) => [`datasets/steps/${name}`, readFileSync(join(own, name))]),
  );
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'x.trade');
  await writeArchive(file, manifestOf(content), content);
  return file;
}

describe('a set of sequences', () => {
  test('comes along whole', async () => {
    const [from, into] = [temporaryWorkspace('from'), temporaryWorkspace('into')];
    const before = loadDataset(writeTinySteps(join(from.directory, 'datasets', 'steps')));
    expect(await taken(into, await packed(from))).toMatchObject({ datasets: ['steps'], notes: [] });
    const after = loadDataset(join(into.directory, 'datasets', 'steps'));
    expect(after.card).toEqual(before.card);
    for (const split of ['train', 'val', 'test'] as const) {
      expect(after.columns(split)).toEqual(before.columns(split));
      expect(pixelsIn(after.split(split))).toEqual(pixelsIn(before.split(split)));
    }
  });

  test.each([
    ['a skill past its table', { windows: (all: Uint8Array) => all.fill(255, 0, 2) }, /the Skill 65535/],
    ['a pupil that is not there', { groups: (all: number[]) => all.fill(77) }, /has the group 77/],
    ['a position before the first', { positions: (all: number[]) => all.fill(0) }, /has the position 0/],
  ])('of a stranger stays out with %s', async (_, changes: Changes, words) => {
    const into = temporaryWorkspace('into');
    const staged = await taken(into, await forged(changes));
    expect(staged.datasets).toEqual([]);
    expect(staged.notes.join(' ')).toMatch(words);
    expect(readdirSync(join(into.directory, 'datasets'))).toEqual([]);
  });
});
