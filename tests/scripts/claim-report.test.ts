/** What the claim's page says: tests of one family, words for a part of a table, figures that are
 * those of the records. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareWith } from '../../src/core/anytime.ts';
import type { SeededCurves } from '../../src/core/anytime.ts';
import { testFamily } from '../../scripts/claim/compare.ts';
import { playOrder } from '../../scripts/claim/games.ts';
import type { GameRecord } from '../../scripts/claim/games.ts';
import { MAKER, pageFigures, PLACES } from '../../scripts/claim/page.ts';
import { claimTableOf, readClaimTable } from '../../scripts/claim/read-table.ts';
import { claimFigures } from '../../scripts/claim/report.ts';
import { createStudy, ordersOf } from '../../scripts/claim/study.ts';
import { withFigures } from '../../scripts/record-table/card.ts';
import { sampleTable } from './claim-table.ts';

/** Curves of a share that stays what it is. */
const flat = (shares: readonly number[]): SeededCurves => new Map(shares.map((share, index) => [index + 1, [share]]));

describe('the tests of the claim', () => {
  const chosen = flat(Array.from({ length: 20 }, () => 0.99));
  const other = flat(Array.from({ length: 20 }, () => 0.9));

  it('pair by seed, whatever order the seeds were played in, and leave out what one side lacks', () => {
    // log10(0.01) - log10(0.1) = -1 in every seed.
    const shuffled = new Map([...other].reverse().slice(3));
    const [test] = testFamily([{ id: 'a', chosen, other: shuffled }], 10);
    expect(test).toMatchObject({ seeds: 17, verdict: 'better' });
    expect(test?.difference).toBeCloseTo(-1, 12);
    expect(test?.lower).toBeCloseTo(-1, 12);
  });

  it('are corrected over the whole family, not over the rows of one table in it', () => {
    // Every resample of equal differences has one sign: p = 2 / 10,001, and Holm's largest factor
    // is the family's size.
    const family = testFamily(
      [
        { id: 'a', chosen, other },
        { id: 'b', chosen: other, other: chosen },
        { id: 'c', chosen, other: chosen },
      ],
      10,
    );
    expect(family.map(({ verdict }) => verdict)).toEqual(['better', 'worse', 'open']);
    expect(family[0]?.p).toBeCloseTo(2 / 10_001, 12);
    expect(family[0]?.adjustedP).toBeCloseTo(6 / 10_001, 12);
  });

  it("say what the workbench's own comparison says where all pairs share the chosen side", () => {
    const spread = flat(Array.from({ length: 20 }, (_, index) => 0.9 + 0.004 * ((index * 7) % 20)));
    const pairs = [other, spread].map((curves, index) => ({ id: String(index), chosen, other: curves }));
    const rivals = new Map(pairs.map(({ id, other: curves }) => [id, curves]));
    expect(testFamily(pairs, 10)).toEqual(compareWith(chosen, rivals, 10));
  });

  it('claim nothing of games that were not played', () => {
    expect(testFamily([{ id: 'a', chosen, other: new Map() }], 10)[0]).toMatchObject({
      seeds: 0,
      verdict: 'descriptive',
    });
  });
});

describe('the figures', () => {
  const noGames = () => undefined;
  const input = { fingerprint: 'abc', missing: { kd: 3, none: 0, cheap: 9 }, find: noGames };

  it('say of a part of a table what is missing of it, and that its verdicts are none', () => {
    const text = claimFigures({ ...input, table: sampleTable(false) });
    expect(text).toContain('Table `abc`: 80 of 83 students are distilled, 0 of them failed.');
    expect(text).toContain('Not recorded yet, by stage: kd 3.');
    expect(text).toContain('**Provisional score**: `testAccuracy`');
    expect(text).toContain('Verdicts "so far" are no result');
    const whole = claimFigures({ ...input, missing: { kd: 0 }, table: sampleTable() });
    expect(whole).toContain('All trainings that the protocol reads are recorded.');
    expect(whole).not.toContain('so far');
  });

  it('are there before a single game is: nothing is made up for it', () => {
    const text = claimFigures({ ...input, table: sampleTable() });
    expect(text).toContain('0 of 300 games are played.');
    expect(text).toContain('not played');
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('come out whole of games of one seed, which claim nothing', () => {
    const table = sampleTable();
    const games = new Map<string, GameRecord>();
    for (const order of ordersOf(createStudy(table)).filter(({ seed }) => seed === 1)) {
      games.set(
        `${order.pool.fingerprint} ${order.player} ${order.seed}`,
        playOrder(order, 'code', () => 0),
      );
    }
    const text = claimFigures({
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
  });
});
