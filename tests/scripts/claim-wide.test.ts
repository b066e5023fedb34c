/** The live claim on the page: nothing before the last front is measured, then figures that one can
 * work out by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { protocolOf } from '../../scripts/claim-live/protocol.ts';
import { freshId, trialId } from '../../scripts/claim-live/rows.ts';
import { wideSection } from '../../scripts/claim/report-wide.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claim-wide-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const SEEDS = 3;
const PARAMS = 1000;
/** Test accuracy of what each found, of one trial a search: both fresh trainings a point apart. */
const WORTHS = { trade: 0.9, 'gp-ehvi': 0.895, evolution: 0.88, random: 0.85 } as const;

function places(lines: readonly unknown[], predefined: readonly unknown[] = []) {
  const write = (name: string, all: readonly unknown[]): string => {
    const file = join(folder, name);
    writeFileSync(file, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return file;
  };
  return { wide: write('wide.jsonl', lines), predefined: write('predefined.jsonl', predefined) };
}

function record(): readonly unknown[] {
  const protocol = protocolOf({ chosen: 'trade', seeds: SEEDS, trials: 1, space: 'wide' });
  const searches = Object.entries(WORTHS).flatMap(([player, worth], index) =>
    Array.from({ length: SEEDS }, (_, i) => i + 1).flatMap((seed) => {
      const candidate = { family: 'resnet', config: { width1: index, blocks1: seed } };
      const key = candidateKey(candidate);
      const trained = { candidate, params: PARAMS, macs: 1, trainingSeed: 1, seconds: 3600 };
      const trial = { ...trained, id: trialId(player, seed, 0), player, seed, trial: 0, validationAccuracy: 0.5 };
      const again = [-0.005, 0.005].map((by, round) => ({
        ...{ ...trained, id: freshId(key, round), key, round, testAccuracy: worth + by },
      }));
      return [trial, ...again];
    }),
  );
  return [{ id: 'protocol', protocol, hash: 'frozen', date: '2026-12-01' }, ...searches];
}

it('says that nothing is recorded, and tells nothing as long as one fresh training is missing', () => {
  expect(wideSection(places([]))).toMatch(/Untried: no search is recorded\.$/);
  const text = wideSection(places(record().slice(0, -1)));
  expect(text).toContain('1 front is not measured: nothing is told before the last one.');
  expect(text).not.toContain('|');
});

it('has gaps to the best of all in points, differences by seed, hours and what came to nothing', () => {
  const text = wideSection(places(record()));
  for (const line of [
    '| trade | 1 | 0.00 | 0.00 | 0.00 |',
    '| gp-ehvi | 1 | 0.50 | 0.50 | 0.50 |',
    '| random | 1 | 5.00 | 5.00 | 5.00 |',
    '| trade - evolution | 1 | 3 | -2.00 |',
    // Of each seed the same: the interval is the mean, and all are below 0.
    '| gp-ehvi - random | 1 | -4.50 | -4.50 to -4.50 | 3 of 3 |',
    'Trainings took 12.0 hours of one core in searches and 24.0 again; 0 came to nothing.',
    'Predefined students: untried.',
  ])
    expect(text).toContain(line);
  // Of three seeds a sign-flip test cannot be below 2 / 8.
  expect(text).not.toMatch(/\| (better|worse) \|/);
});

it('holds students beside predefined ones whose two trainings are both there', () => {
  const row = (key: string, round: number, testAccuracy: number) => ({
    ...{ id: `predefined/${key}/${round}`, key, params: PARAMS, testAccuracy, seconds: 1 },
  });
  const text = wideSection(places(record(), [row('a', 0, 0.88), row('a', 1, 0.9), row('b', 0, 0.1)]));
  expect(text).toContain('Points over 1 predefined students');
  expect(text).toMatch(/\| trade \| 1 \| 3 \| 1\.00 \| .* \| 1 of 1 \|/);
  expect(text).toMatch(/\| random \| 1 \| 3 \| -4\.00 \| .* \| 0 of 1 \|/);
});
