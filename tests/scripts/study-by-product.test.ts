/** A study's searches go through the product: what it cannot tell is no reason to search anew. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { beginOrResume } from '../../scripts/study/by-product.ts';
import type { Told } from '../../scripts/study/by-product.ts';

const out = mkdtempSync(join(tmpdir(), 'study-'));
afterAll(() => rmSync(out, { recursive: true }));

function product(runs: Told) {
  const asked: string[] = [];
  const run = ([verb = '']: readonly string[]): Promise<Told> => {
    asked.push(verb);
    return Promise.resolve(verb === 'runs' ? runs : { code: 0, last: {}, lines: [] });
  };
  return { asked, run };
}

const told = (runs: readonly unknown[]): Told => ({ code: 0, last: { runs }, lines: [] });

describe('a search of a study', () => {
  it('begins where there is no workspace yet', async () => {
    const { asked, run } = product(told([]));
    await beginOrResume(out, { name: 'one' }, run);
    expect(asked).toEqual(['search']);
  });

  it('goes on with the run of its name, and leaves a finished one alone', async () => {
    mkdirSync(join(out, 'workspace'));
    const paused = product(told([{ id: 'r1', name: 'one', state: 'paused' }]));
    await beginOrResume(out, { name: 'one' }, paused.run);
    expect(paused.asked).toEqual(['runs', 'resume']);
    const done = product(told([{ id: 'r1', name: 'one', state: 'finished' }]));
    await beginOrResume(out, { name: 'one' }, done.run);
    expect(done.asked).toEqual(['runs']);
  });

  it('is refused in words where somebody else has the workspace', async () => {
    const { asked, run } = product({ code: 3, last: undefined, lines: [] });
    await expect(beginOrResume(out, { name: 'one' }, run)).rejects.toThrow(/runs of the study in .* cannot be told/);
    expect(asked).toEqual(['runs']);
  });
});
