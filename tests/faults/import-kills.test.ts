/** An import that ends in the middle, by a kill, a full disk or a person, leaves nothing half-made,
 * and the next one of the same name goes through. */
import { spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBench } from '../cli/command-line.ts';
import type { Bench } from '../cli/command-line.ts';
import { idxPair, repeated, writeFiles } from '../compute/support/sources.ts';
import { fillDisk } from '../support/full-disk.ts';
import { childrenOf } from '../support/proc.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

/** Rows at 96 pixels (28 MB), IDX files at 16. */
const source = (): string => writeFiles(join(bench.folder, 'Digits'), idxPair('train', repeated(4, 750)));
const STAGES = ['reading the files', 'making the images square', 'writing the data set'] as const;

/** `then` at the first word of a stage, once. */
function importing(size: number, stage: string, then: (child: ChildProcess) => void) {
  let done = false;
  return bench.tradeHeard(['datasets', 'import', source(), '--size', String(size)], (said, child) => {
    if (done || !said.includes(stage)) return;
    done = true;
    then(child);
  });
}

const inWorkspace = (name: string): readonly string[] =>
  readdirSync(join(bench.workspace, name), { recursive: true }).map(String);

async function expectNextGoesThrough(size: number): Promise<void> {
  const { code, stderr } = await bench.trade('datasets', 'import', source(), '--size', String(size));
  expect([code, stderr]).toEqual([0, expect.stringContaining('making the images square')]);
  // What the session before has left is gone, too.
  expect(inWorkspace('tmp').filter((name) => /import/.test(name))).toEqual([]);
  expect(readdirSync(join(bench.workspace, 'datasets'))).toEqual(['digits']);
  const doctor = await bench.trade('doctor', '--json');
  expect(doctor.json().at(-1)).toMatchObject({ ok: true, problems: [] });
}

describe('an import that is killed', () => {
  it.each([...STAGES.map((stage) => [stage, 96] as const), [STAGES[2], 16] as const])(
    'while it is %s, at %i pixels, leaves no half of a data set, and is made again',
    async (stage, size) => {
      const { code } = await importing(size, stage, (child) => child.kill('SIGKILL'));
      expect(code).toBeNull();
      const made = join(bench.workspace, 'datasets/digits');
      if (stage === STAGES[2] && existsSync(made)) {
        // It was quicker than the signal: then it is whole.
        expect((await bench.trade('doctor', '--json')).json().at(-1)).toMatchObject({ ok: true, problems: [] });
        rmSync(made, { recursive: true });
      }
      expect(inWorkspace('datasets')).toEqual([]);
      await expectNextGoesThrough(size);
    },
  );

  it.skipIf(process.platform !== 'linux')('in its own process alone is told in words', async () => {
    const { code, stderr } = await importing(96, STAGES[1], ({ pid = 0 }) => {
      const importers = childrenOf(pid, 'importer-process');
      expect(importers).toHaveLength(1);
      for (const importer of importers) process.kill(importer, 'SIGKILL');
    });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/SIGKILL|ended/)]);
    expect([inWorkspace('datasets'), inWorkspace('tmp').filter((name) => /import/.test(name))]).toEqual([[], []]);
    await expectNextGoesThrough(96);
  });
});

const small = join(import.meta.dirname, '../../.cache/import-kills-disk');
mkdirSync(small, { recursive: true });
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]).status === 0;
if (canMount) spawnSync('umount', [small]);
const reason = canMount ? '' : ' SKIP: no small disk can be mounted here; photographs.test.ts injects the fault';

describe.skipIf(!canMount)(`an import whose disk fills up${reason}`, () => {
  it.each([
    [96, '140m'],
    [16, '24m'],
  ])(
    'in the middle, at %i pixels, keeps nothing, says why, and goes through once there is room',
    async (size, room) => {
      mkdirSync(bench.workspace, { recursive: true });
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${room}`, 'tmpfs', bench.workspace]).status).toBe(0);
      const ballast = join(bench.workspace, 'ballast');
      try {
        const { code, stderr } = await importing(size, STAGES[1], () => fillDisk(ballast));
        expect([code, stderr]).toEqual([1, expect.stringMatching(/disk is full|room/)]);
        rmSync(ballast);
        expect([inWorkspace('datasets'), inWorkspace('tmp').filter((name) => /import/.test(name))]).toEqual([[], []]);
        await expectNextGoesThrough(size);
      } finally {
        spawnSync('umount', [bench.workspace]);
      }
    },
  );
});
