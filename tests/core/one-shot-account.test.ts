/** What a log tells of one-shot searches: which word on an epoch stands, and figures of shares held
 * to identities and to the costs of whole students. */
import { describe, expect, test } from 'vitest';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import { accountOf, searchedSpace, searchStories, testing } from '../../src/core/one-shot/account.ts';
import type { SearchStory, TimedEvent } from '../../src/core/one-shot/account.ts';
import type { RunEvent, Search } from '../../src/core/records/events.ts';

const { entropyOf, expectedCosts } = testing;
const search: Search = { search: 0, family: 'cells', method: 'darts', options: {}, epochs: 3, seed: 1 };
const asked = (one: Search = search): RunEvent => ({ type: 'asked', proposals: [], position: 0, search: one });
const mixed = (epoch: number, loss: number, number = 0): RunEvent => ({
  ...{ type: 'mixed', search: number, epoch, shares: [0.5, 0.5], loss },
});
const over = (number = 0): RunEvent => ({ type: 'searched', search: number, mixing: [1, 0], cpuSeconds: 3 });
const timed = (...events: readonly RunEvent[]): readonly TimedEvent[] =>
  events.map((event, seq) => ({ event, at: `2026-11-24T09:00:${String(seq).padStart(2, '0')}.000Z` }));

describe('the story of a search', () => {
  const lossesOf = (...events: readonly RunEvent[]): readonly (readonly number[])[] =>
    searchStories(timed(...events)).map(({ epochs }) => epochs.map(({ loss }) => loss));

  // A search whose file is damaged begins anew: later epochs are of weights that are gone.
  test('has the last word on each epoch, and none of what came after it before', () => {
    expect(lossesOf(asked(), mixed(1, 9), mixed(2, 8), mixed(1, 7))).toEqual([[7]]);
    expect(lossesOf(asked(), mixed(1, 9), mixed(2, 8), mixed(3, 7), mixed(2, 6))).toEqual([[9, 6]]);
  });

  test('takes epochs while it is open, each search its own', () => {
    const second = { ...search, search: 1 };
    const log = [mixed(1, 9), asked(), mixed(1, 8), over(), mixed(2, 7), asked(second), mixed(1, 6, 1), mixed(1, 5, 4)];
    expect(lossesOf(...log)).toEqual([[8], [6]]);
    expect(searchStories(timed(...log)).map(({ end }) => end?.at)).toEqual(['2026-11-24T09:00:03.000Z', undefined]);
    expect(searchStories([])).toEqual([]);
  });
});

describe('figures of shares', () => {
  test('have the entropy of closed forms, as a share of the highest, the mean over edges of choice', () => {
    expect(entropyOf([4], [0.25, 0.25, 0.25, 0.25])).toBeCloseTo(1, 12);
    expect(entropyOf([4], [0, 1, 0, 0])).toBe(0);
    expect(entropyOf([4], [0.5, 0.5, 0, 0])).toBeCloseTo(0.5, 12);
    expect(entropyOf([2, 4, 1], [0.5, 0.5, 0, 0, 1, 0, 1])).toBeCloseTo(0.5, 12);
    expect(entropyOf([1], [1])).toBe(0);
    expect(entropyOf([2], [NaN, 1])).toBeNaN();
  });

  const task = { inputShape: [28, 28, 1], classes: 10 };
  const family = studentFamily('cells', { inputShape: task.inputShape, classes: task.classes });
  const space = searchedSpace({ families: [family] }, 'cells');
  if (space === undefined) throw new Error('Cells have a supernet');
  const [levels] = [family.dimensions[0]?.levels ?? []];
  const sharesOf = (ops: readonly string[]): readonly number[] =>
    ops.flatMap((op) => levels.map((level) => Number(level === op)));
  const convs = Array<string>(6).fill('conv3x3');

  // Costs that left a part of the students out, or a scale of the supernet in, would differ.
  test('have the costs of the student whose paths count alone, and the mean of two', () => {
    const configOf = (ops: readonly string[]) =>
      Object.fromEntries(family.dimensions.map(({ name }, edge) => [name, ops[edge] ?? '']));
    const [whole, lean] = [convs, convs.with(3, 'skip')];
    expect(expectedCosts(space.costs, sharesOf(whole))).toEqual(family.costs(configOf(whole)));
    expect(expectedCosts(space.costs, sharesOf(lean))).toEqual(family.costs(configOf(lean)));
    const between = sharesOf(whole).map((share, path) => (share + (sharesOf(lean)[path] ?? 0)) / 2);
    const mean = ((family.costs(configOf(whole))['params'] ?? 0) + (family.costs(configOf(lean))['params'] ?? 0)) / 2;
    expect(expectedCosts(space.costs, between).params).toBeCloseTo(mean, 6);
  });

  const story = (changes: Partial<SearchStory> = {}): SearchStory => {
    const epochs = [{ epoch: 1, shares: sharesOf(convs), loss: 1, at: 'b' }];
    const event = { type: 'searched', search: 0, mixing: sharesOf(convs), cpuSeconds: 3, at: 'c' } as const;
    return { search, askedAt: 'a', epochs, end: event, ...changes };
  };

  test('come with edges of the family and the member that stands for what was derived', () => {
    const account = accountOf(story(), space);
    expect(account.edges[1]).toEqual({
      ...{ id: 'edge02', title: 'Op from node 0 to node 2', between: [0, 2] },
      paths: ['none', 'skip', 'pool3x3', 'conv3x3'],
    });
    expect(account.state).toBe('done');
    expect(account.student?.params).toBe(account.mixed[0]?.params);
    // Nothing comes to nodes 1 and 2: their edges are none in the code that stands for all.
    const dead = ['none', 'none', 'conv3x3', 'conv3x3', 'pool3x3', 'skip'];
    const end = { ...story().end!, mixing: sharesOf(dead) };
    const { student } = accountOf(story({ end, epochs: [] }), space);
    expect(Object.values(student?.config ?? {})).toEqual(['none', 'none', 'none', 'conv3x3', 'none', 'none']);
  });

  test('have a student of the paths alone that were in play to the end', () => {
    const end = { ...story().end!, mixing: sharesOf(Array<string>(6).fill('skip')) };
    expect(new Set(Object.values(accountOf(story({ end }), space).student?.config ?? {}))).toEqual(
      new Set(['conv3x3']),
    );
  });

  test('have a student of all paths where shares say what cannot be', () => {
    for (const odd of [0, NaN, -1]) {
      const epochs = [{ epoch: 1, shares: sharesOf(convs).map(() => odd), loss: 1, at: 'b' }];
      expect(accountOf(story({ epochs }), space).student).toEqual(accountOf(story(), space).student);
    }
  });

  test('of a log of another program are left out, and nothing is made up', () => {
    const foreign = story({ epochs: [{ epoch: 1, shares: [1, 0], loss: 1, at: 'b' }] });
    expect(accountOf(foreign, space)).toMatchObject({ mixed: [], edges: { length: 6 } });
    const method = { ...search, method: 'constructor' };
    expect(accountOf(story({ search: method }), space)).toMatchObject({ title: 'constructor' });
    expect(accountOf(story({ search: method }), space).student).toBeUndefined();
    const options = { ...search, options: { strange: 1 } };
    expect(accountOf(story({ search: options }), space).student).toBeUndefined();
    expect(accountOf(story(), undefined)).toMatchObject({ edges: [], mixed: [], state: 'done' });
    expect(searchedSpace({ families: [family] }, 'resnet')).toBeUndefined();
    expect(
      searchedSpace(
        { families: [studentFamily('vit', { inputShape: task.inputShape, classes: task.classes })] },
        'vit',
      ),
    ).toBeUndefined();
    const nothing = { ...story().end!, mixing: sharesOf(Array<string>(6).fill('none')) };
    expect(accountOf(story({ end: nothing, epochs: [] }), space).student).toBeUndefined();
  });

  test('of a failed search say why', () => {
    const end = { ...story().end!, mixing: [], reason: 'The loss is NaN.' };
    expect(accountOf(story({ end }), space)).toMatchObject({ state: 'failed', reason: 'The loss is NaN.' });
    expect(accountOf(story({ end: undefined }), space).state).toBe('open');
  });
});
