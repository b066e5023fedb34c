/** Runs kept by the command line: tags, the trash, room, and runs as files between two
 * workspaces. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
let other: Bench;
let run = '';

beforeAll(async () => {
  [bench, other] = [makeBench(), makeBench()];
  const { json } = await bench.trade('search', bench.config(SMALL), '--json');
  const end = json().at(-1) as { readonly run: { readonly id: string } };
  run = end.run.id;
});

afterAll(() => {
  bench.remove();
  other.remove();
});

const runsOf = async (place: Bench, ...options: string[]): Promise<readonly unknown[]> => {
  const { json } = await place.trade('runs', ...options, '--json');
  return (json()[0]?.['runs'] as readonly { readonly id: string }[]).map(({ id }) => id);
};

describe('trade tag', () => {
  it('puts tags on, takes them off, and refuses what is none', async () => {
    const first = await bench.trade('tag', run, '--add', 'paper', 'Keep', '--json');
    expect([first.code, first.json()]).toEqual([0, [{ runs: [{ id: run, tags: ['Keep', 'paper'] }] }]]);
    const second = await bench.trade('tag', run, '--remove', 'keep', '--json');
    expect(second.json()).toEqual([{ runs: [{ id: run, tags: ['paper'] }] }]);
    expect((await bench.trade('tag', run, '--add', 'a,b')).code).toBe(2);
    expect((await bench.trade('tag', 'nobody', '--add', 'a')).code).toBe(2);
  });
});

describe('trade export-run and import-runs', () => {
  it('carry a run to another workspace, where it is whole; once more it gets another id', async () => {
    const file = join(bench.folder, 'small.trade');
    const packed = await bench.trade('export-run', run, '--out', file, '--json');
    expect([packed.code, packed.json()]).toEqual([0, [{ file, bytes: expect.any(Number), runs: 1, notes: [] }]]);
    const taken = await other.trade('import-runs', file, '--json');
    const others = { teachers: [], datasets: [], replays: 0, notes: [] };
    expect(taken.json()).toEqual([{ event: 'runs.imported', runs: [{ id: run, name: 'Small' }], ...others }]);
    const [mine, theirs] = await Promise.all(
      [bench, other].map(async (place) => (await place.trade('show', run, '--json')).json()),
    );
    expect(theirs).toEqual(mine);
    expect((await other.trade('doctor')).code).toBe(0);
    const again = await other.trade('import-runs', file);
    expect(again.stdout).toMatch(/got another id/);
    expect(await runsOf(other)).toHaveLength(2);
    expect(readdirSync(bench.folder).filter((name) => name.startsWith('.trade'))).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP'] as const)(
    'leave nothing beside a file that was being written at a %s',
    async (signal) => {
      const folder = join(bench.folder, `killed ${signal}`);
      mkdirSync(folder);
      const file = join(folder, 'x.trade');
      writeFileSync(`${file}.partial`, 'somebody else’s');
      const args = ['export-run', run, '--out', file];
      // At its first words; it may be done before the signal comes.
      await bench.tradeHeard(args, (_words, child) => void child.kill(signal));
      const { code } = await bench.trade(...args);
      expect([code, readdirSync(folder).sort()]).toEqual([0, ['x.trade', 'x.trade.partial']]);
    },
  );

  it('carry a whole workspace', async () => {
    const file = join(bench.folder, 'all.trade');
    expect((await bench.trade('export-workspace', '--out', file)).code).toBe(0);
    const place = makeBench();
    expect((await place.trade('import-runs', file)).code).toBe(0);
    expect(await runsOf(place)).toEqual([run]);
    place.remove();
  });

  it('say what is wrong, and leave nothing', async () => {
    const bad = join(bench.folder, 'bad.trade');
    writeFileSync(bad, 'no zip');
    const before = await runsOf(other);
    for (const file of [bad, join(bench.folder, 'nowhere.trade')]) {
      const { code, stderr } = await other.trade('import-runs', file);
      expect([code, stderr]).toEqual([2, expect.stringContaining(file.split('/').at(-1) ?? '')]);
    }
    expect(await runsOf(other)).toEqual(before);
    const target = join(bench.folder, 'none.trade');
    expect((await bench.trade('export-run', 'nobody', '--out', target)).code).toBe(2);
    expect(existsSync(target)).toBe(false);
    expect((await bench.trade('export-run', run, '--out', join(bench.folder, 'no', 'such', 'x.trade'))).code).toBe(2);
  });
});

describe('trade trash, restore, purge, reclaim', () => {
  it('move a run in and out, and let it go with its files', async () => {
    expect((await bench.trade('trash', run)).code).toBe(0);
    expect([await runsOf(bench), await runsOf(bench, '--trash')]).toEqual([[], [run]]);
    const { json } = await bench.trade('reclaim', '--json');
    expect(json()[0]?.['waste']).toContainEqual(expect.objectContaining({ kind: 'trash', count: 1 }));
    expect((await bench.trade('restore', run)).code).toBe(0);
    expect(await runsOf(bench)).toEqual([run]);
    expect((await bench.trade('purge', run)).code).toBe(2);
    expect((await bench.trade('purge')).code).toBe(2);
    await bench.trade('trash', run);
    expect((await bench.trade('purge', '--all')).stdout).toContain(run);
    expect(readdirSync(join(bench.workspace, 'checkpoints'))).toEqual([]);
    expect((await bench.trade('doctor')).code).toBe(0);
    expect((await bench.trade('reclaim', 'everything')).code).toBe(2);
  });
});
