/** What ran in a block comes from the samples inside it: those before and after would accuse the
 * wrong function. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainBlocks } from '../../../benchmarks/host/long-blocks.ts';
import { temporaryFolder } from '../../support/workspace.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });

test('stacks inside the block, the longest first, and the block that computed most first', () => {
  const folder = temporaryFolder('profiles');
  mkdirSync(folder);
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 4] },
      { id: 2, callFrame: frame('answer', 'file:///x/host/router.ts'), children: [3] },
      { id: 3, callFrame: frame('trials', 'file:///x/store/rows/trials.ts') },
      { id: 4, callFrame: frame('(idle)') },
    ],
    startTime: 1_000_000,
    endTime: 1_100_000,
    // At 1.000, 1.010, 1.030, 1.060 and 1.090 s.
    samples: [4, 3, 2, 3, 4],
    timeDeltas: [0, 10_000, 20_000, 30_000, 30_000],
  };
  writeFileSync(join(folder, 'one.cpuprofile'), JSON.stringify(profile));
  const blocks = [
    { from: 1_085_000, to: 1_100_000, busyMs: 1 },
    { from: 1_005_000, to: 1_065_000, busyMs: 55 },
  ];
  expect(explainBlocks(folder, blocks, 2)).toEqual([
    'A block of 60 ms, of which it computed 55:',
    '     50  trials rows/trials.ts:10 < answer host/router.ts:10',
    '     30  answer host/router.ts:10',
    'A block of 15 ms, of which it computed 1:',
    '      0  (idle)',
  ]);
  expect(explainBlocks(folder, blocks, 1)).toHaveLength(3);
});
