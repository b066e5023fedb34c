/** What the claim's page says: tests of one family, words for a part of a table, figures that are
 * those of the records. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SeededCurves } from '../../src/core/anytime.ts';
import { overLandscapes, testDirections } from '../../scripts/claim/compare.ts';
import type { Pair } from '../../scripts/claim/compare.ts';
import { playOrder } from '../../scripts/claim/games.ts';
import type { GameRecord } from '../../scripts/claim/games.ts';
import { EPOCH_MAKER, epochPageFigures, MAKER, pageFigures, PLACES } from '../../scripts/claim/page.ts';
import { epochStudies } from '../../scripts/claim/epochs.ts';
import { epochFigures } from '../../scripts/claim/report-epochs.ts';
import { claimTableOf, readClaimTable } from '../../scripts/claim/read-table.ts';
import { claimFigures, findingsOf } from '../../scripts/claim/report.ts';
import type { ClaimInput } from '../../scripts/claim/report.ts';
import { directedWords } from '../../scripts/claim/report-words.ts';
import { createStudies, ordersOf } from '../../scripts/claim/study.ts';
import { withFigures } from '../../scripts/record-table/card.ts';
import { sampleTable } from './claim-table.ts';

/** Curves of a share that stays what it is. */
const flat = (shares: readonly number[]): SeededCurves => new Map(shares.map((share, index) => [index + 1, [share]]));
const twenty = (share: number) => flat(Array.from({ length: 20 }, () => share));
const [high, low] = [twenty(0.99), twenty(0.9)];
const forth = { chosen: high, other: low, budget: 10 };
const back = { chosen: low, other: high, budget: 10 };

describe('the tests of the claim', () => {
  const verdictOf = (...directions: readonly Pair[]) => testDirections([{ id: 'a', directions }])[0];

  it('call nothing shown whose sign flips when the training seeds are swapped, however sure each direction is', () => {
    // Either way every seed has the same difference: p = 2 / 10,001 in both.
    expect(verdictOf(forth, back)).toMatchObject({ verdict: 'flips' });
    expect(verdictOf(back, forth)).toMatchObject({ verdict: 'flips' });
    expect(verdictOf(forth, back)?.adjustedP).toBeCloseTo(2 / 10_001, 12);
    expect(verdictOf(forth, forth)).toMatchObject({ verdict: 'better' });
    expect(verdictOf(back, back)).toMatchObject({ verdict: 'worse' });
    expect(directedWords(verdictOf(forth, back)!)).toBe('not shown: the sign flips');
  });

  it('need both directions: one alone shows nothing, nor one that is level', () => {
    const level = { chosen: high, other: high, budget: 10 };
    expect(verdictOf(forth)).toMatchObject({ verdict: 'one way' });
    expect(verdictOf(forth, level)).toMatchObject({ verdict: 'open', adjustedP: 1 });
  });

  it('pair by seed, whatever order the seeds were played in, and leave out what one side lacks', () => {
    // log10(0.01) - log10(0.1) = -1 in every seed.
    const shuffled = new Map([...low].reverse().slice(3));
    const test = verdictOf(forth, { ...forth, other: shuffled });
    expect(test).toMatchObject({ seeds: 17, verdict: 'better' });
    for (const difference of test?.differences ?? []) expect(difference).toBeCloseTo(-1, 12);
  });

  it('are corrected over the whole family, not over the rows of one table in it', () => {
    // Every resample of equal differences has one sign: p = 2 / 10,001, and Holm's largest factor
    // is the family's size.
    const level = { chosen: high, other: high, budget: 10 };
    const family = testDirections([
      { id: 'a', directions: [forth, forth] },
      { id: 'b', directions: [back, back] },
      { id: 'c', directions: [level, level] },
    ]);
    expect(family.map(({ verdict }) => verdict)).toEqual(['better', 'worse', 'open']);
    expect(family[0]?.adjustedP).toBeCloseTo(6 / 10_001, 12);
  });

  it('claim nothing of games that were not played', () => {
    expect(verdictOf({ ...forth, other: new Map() })).toMatchObject({ seeds: 0, verdict: 'descriptive' });
  });
});

describe('over landscapes', () => {
  it('each counts once: mean and interval of Student with one degree of freedom less', () => {
    // Mean 2.5, deviation sqrt(5 / 3), t 3.182 of three degrees.
    const half = (3.182 * Math.sqrt(5 / 3)) / 2;
    const over = overLandscapes([1, 2, 3, 4], 'above 0');
    expect(over).toMatchObject({ mean: 2.5, verdict: 'better' });
    expect(over.lower).toBeCloseTo(2.5 - half, 12);
    expect(over.upper).toBeCloseTo(2.5 + half, 12);
  });

  it('show what all of them have in common, beyond the interval, and nothing else', () => {
    const verdict = (differences: readonly number[]) => overLandscapes(differences, 'below 0').verdict;
    expect(verdict([-1, -1.1, -0.9, -1])).toBe('better');
    expect(verdict([1, 1.1, 0.9, 1])).toBe('worse');
    expect(verdict([-1, -0.1, -0.1, -0.1])).toBe('reaches 0');
    expect(verdict([-9, -9, -9, 0.001])).toBe('flips');
    expect(verdict([0, 0, 0, 0])).toBe('open');
    expect(verdict([-1])).toBe('descriptive');
    expect(verdict([-1, NaN])).toBe('descriptive');
  });
});

describe('the figures', () => {
  const figuresOf = (input: ClaimInput): string => claimFigures(findingsOf(input));
  const noGames = () => undefined;
  const input = { fingerprint: 'abc', missing: { kd: 3, none: 0, cheap: 9 }, find: noGames };

  it('say of a part of a table what is missing of it, and that its verdicts are none', () => {
    const text = figuresOf({ ...input, table: sampleTable(false) });
    expect(text).toContain('Table `abc`: 80 of 83 students are distilled, 0 of them failed.');
    expect(text).toContain('Not recorded yet, by stage: kd 3.');
    expect(text).toContain('**Provisional score**: `testAccuracy`');
    expect(text).toContain('Verdicts "so far" are no result');
    const whole = figuresOf({ ...input, missing: { kd: 0 }, table: sampleTable() });
    expect(whole).toContain('All trainings that the protocol reads are recorded.');
    expect(whole).not.toContain('so far');
  });

  it('are there before a single game is: nothing is made up for it', () => {
    const text = figuresOf({ ...input, table: sampleTable() });
    expect(text).toContain('0 of 500 games are played.');
    expect(text).toContain('not played');
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('come out whole of games of one seed, which claim nothing', () => {
    const table = sampleTable();
    const games = new Map<string, GameRecord>();
    for (const order of ordersOf(createStudies(table)).filter(({ seed }) => seed === 1)) {
      games.set(
        `${order.pool.fingerprint} ${order.player} ${order.seed}`,
        playOrder(order, 'code', () => 0),
      );
    }
    const text = figuresOf({
      ...{ ...input, missing: {}, table },
      find: ({ pool, player, seed }) => games.get(`${pool.fingerprint} ${player} ${seed}`),
    });
    expect(text).toContain('no claim: 1 of the 5 paired seeds');
    expect(text).not.toMatch(/NaN|Infinity|undefined|\| (better|worse)/);
    for (const title of ['Strategies', 'Is TRADE better?', 'With and without the teacher', 'Costs', 'At equal cost']) {
      expect(text).toContain(`### ${title}\n`);
    }
  });
});

describe('the table as the protocol reads it', () => {
  it('brings along what is missing, and bears another name as soon as anything in it changes', () => {
    const text = readFileSync(PLACES.table, 'utf8');
    const { missing, fingerprint, table } = claimTableOf(text, PLACES.table);
    expect(missing['kd']).toBeTypeOf('number');
    expect(table.families.length).toBeGreaterThan(0);
    expect(claimTableOf(`${text}\n`, PLACES.table).fingerprint).not.toBe(fingerprint);
  });
});

describe('the page', () => {
  it('has the figures that come of the recorded table and games', (context) => {
    const page = readFileSync(PLACES.page, 'utf8');
    const { fingerprint } = readClaimTable(PLACES.table);
    if (!existsSync(PLACES.games)) return context.skip('no games are recorded');
    // The table grows in commits of its own; the page names the state that it is of.
    if (!page.includes(`\`${fingerprint}\``)) return context.skip('the table has grown since: npm run claim');
    expect(page).toBe(withFigures(page, pageFigures(PLACES, ''), MAKER));
    const epochs = epochPageFigures({ table: PLACES.table, games: PLACES.epochGames }, '');
    expect(page).toBe(withFigures(page, epochs, EPOCH_MAKER));
  });
});

describe('searches at equal epochs', () => {
  const studies = epochStudies(readClaimTable(PLACES.table).table);

  it('have short trainings of the seed that they are told, and of no other', () => {
    expect(studies.map(({ search }) => search)).toEqual(['accuracy', 'accuracySeed2']);
    for (const { search, pools } of studies) {
      const seed = search.replace('accuracy', '');
      const metrics = (pools.short.table.legs ?? []).map(({ metric }) => metric);
      expect(metrics).toEqual(
        ['cheapAccuracy', ...[1, 2, 3, 4, 5, 6, 7].map((e) => `accuracyEpoch${e}`)].map((name) => `${name}${seed}`),
      );
      expect(pools.short.table.metrics).toEqual([search, 'params', ...metrics]);
      expect(pools.whole.table.legs).toEqual([]);
      expect(new Set(Object.values(pools).map(({ fingerprint }) => fingerprint)).size).toBe(5);
      // What is planned for less is told for less.
      expect(pools.few.budgetEpochs).toBe(400);
    }
  });

  it('are told by epochs: a game of closed form has its shares where its epochs say', () => {
    const [study] = studies;
    const pool = study!.pools.whole;
    const best = pool.students.map((_, place) => place);
    const game = { id: '', pool: '', player: 'gp-ehvi', seed: 1, version: 7, code: '', askMs: [], origin: {} } as const;
    const record = { ...game, trained: best, epochs: best.map((place) => 100 + place) };
    const text = epochFigures([study!], ({ seed }) => (seed === 1 ? (record as unknown as GameRecord) : undefined));
    // Until the hundredth epoch nothing is trained; whoever trains all has what can be reached.
    expect(text).toMatch(/\| whole trainings alone \| 0\.0000 \| 0\.\d{4} \| .* \| 0\.9983 \|/);
    expect(text).toContain(
      '| both | whole trainings alone | seed 1 → 2 | 1 | 0.0000 | 0.0000 to 0.0000 | 0.00 | 1.00 (1.00 to 1.00) |',
    );
  });

  it('say so where a table has none', () => {
    const { epochs: _, ...bare } = readClaimTable(PLACES.table).table;
    expect(epochFigures(epochStudies(bare), () => undefined)).toBe('The table has no short trainings.');
  });
});
