/** Replays in the host: played beside everything else, told as they go, kept over a restart. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReplayInput, ReplaySummaryView } from '../../src/bridge/schemas/replay.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { secondsLeft } from '../../src/host/replays/player.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { tinyTable, wideTable } from '../support/tiny-table.ts';

const hosts: Host[] = [];
const folders: { remove(): void }[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const folder of folders.splice(0)) folder.remove();
});

async function openHost(path: string): Promise<Host> {
  const host = await fakeHost(path);
  hosts.push(host);
  return host;
}

async function open() {
  const folder = temporaryFolder();
  folders.push(folder);
  const tables = join(makeResources(folder.path), 'tables');
  mkdirSync(tables);
  writeFileSync(join(tables, 'wide.json'), JSON.stringify(wideTable()));
  writeFileSync(join(tables, 'broken.json'), '{');
  const host = await openHost(folder.path);
  const kept = (): readonly string[] => readdirSync(join(folder.path, 'workspace/replays'));
  return { host, client: host.client, path: folder.path, kept };
}

const GAME: ReplayInput = { table: { bundled: 'wide' }, strategies: ['random', 'evolution'], budget: 50, seeds: 3 };
/** Hours of it. */
const LONG: ReplayInput = { ...GAME, budget: 500, seeds: 1000 };

/** Until the replay is in one of the states; what was told of it on the way. */
async function follow(
  { client }: Host,
  start: () => Promise<ReplaySummaryView>,
  until: (replay: ReplaySummaryView) => boolean,
): Promise<readonly ReplaySummaryView[]> {
  const told: ReplaySummaryView[] = [];
  let id: string | undefined;
  for await (const event of await client.events.watch()) {
    if (event.type === 'synced') ({ id } = await start());
    if (event.type !== 'replay.changed' || event.replay.id !== id) continue;
    told.push(event.replay);
    if (until(event.replay)) break;
  }
  return told;
}

const hasEnded = ({ state }: ReplaySummaryView): boolean => state !== 'queued' && state !== 'running';

describe('replays.start', () => {
  it('plays every strategy with every seed, tells how far it is, and keeps the curves over a restart', async () => {
    const { host, client, path, kept } = await open();
    const told = await follow(host, () => client.replays.start({ ...GAME, name: 'Mine' }), hasEnded);
    const end = told.at(-1);
    expect(end).toMatchObject({ name: 'Mine', state: 'finished', played: 6, seeds: 3, table: { rows: 576 } });
    expect(told.some(({ live }) => live !== undefined && live.done < 6)).toBe(true);
    const { results } = await client.replays.get({ id: end?.id ?? '' });
    expect(results.map(({ strategy, seed }) => `${strategy} ${seed}`)).toEqual([
      ...['random 1', 'evolution 1', 'random 2', 'evolution 2', 'random 3', 'evolution 3'],
    ]);
    expect(results.every((game) => game.hypervolume.length === 50 && game.rows.length === 50)).toBe(true);
    expect(kept()).toHaveLength(1);

    await host.close();
    const again = await openHost(path);
    expect(await again.client.replays.list()).toEqual([end]);
    expect((await again.client.replays.get({ id: end?.id ?? '' })).results).toEqual(results);
  });

  it('keeps a best that is no number as no number, in the file and over the bridge', async () => {
    const { host, client, path } = await open();
    const [family] = tinyTable()['families'] as readonly { rows: unknown[][] }[];
    const rows = family!.rows.map(([depth, kind, , params]) => [depth, kind, 'NaN', params]);
    const text = JSON.stringify(tinyTable({ families: [{ ...family, rows }] }));
    // As one that is too large for a message.
    const data = new Uint8Array(Buffer.from(text));
    await client.files.put({ id: 'a-large-table', pieces: [{ path: 'table.json', offset: 0, data }] });
    const game = { ...GAME, table: { file: 'nan.json', handed: 'a-large-table' }, strategies: ['random'], seeds: 1 };
    const end = (await follow(host, () => client.replays.start(game), hasEnded)).at(-1);
    await host.close();
    const again = await openHost(path);
    const [result] = (await again.client.replays.get({ id: end?.id ?? '' })).results;
    expect(result?.best).toEqual(Array(12).fill(NaN));
  });

  it('counts epochs where the table says what a training takes, and refuses less than one at once', async () => {
    const { host, client } = await open();
    const text = JSON.stringify(tinyTable({ epochs: 8 }));
    const game = { ...GAME, table: { file: 'tiny.json', text }, strategies: ['random'], seeds: 2 };
    const end = (await follow(host, () => client.replays.start({ ...game, budgetEpochs: 40 }), hasEnded)).at(-1);
    expect(end).toMatchObject({ state: 'finished', budgetEpochs: 40, table: { epochs: 8 } });
    const { results } = await client.replays.get({ id: end?.id ?? '' });
    expect(results.map(({ epochs }) => epochs)).toEqual([
      [8, 16, 24, 32, 40],
      [8, 16, 24, 32, 40],
    ]);
    await expect(client.replays.start({ ...game, budgetEpochs: 7 })).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'budgetEpochs: 7 epochs are fewer than the 8 of one whole training.',
    });
    await expect(client.replays.start({ ...GAME, budgetEpochs: 40 })).rejects.toMatchObject({
      message: expect.stringContaining('does not say how many epochs a training has'),
    });
    expect(await client.replays.list()).toHaveLength(1);
  });

  it('plays one after the other, and stops one that waits without waiting', async () => {
    const { host, client } = await open();
    const long = await client.replays.start(LONG);
    const waiting = await client.replays.start(GAME);
    expect(waiting.state).toBe('queued');
    expect(await client.replays.stop({ id: waiting.id })).toMatchObject({ state: 'stopped', played: 0 });
    const third = follow(host, () => client.replays.start(GAME), hasEnded);
    expect(await client.replays.stop({ id: long.id })).toMatchObject({ state: 'stopped' });
    expect((await third).at(-1)?.state).toBe('finished');
  });

  it('answers while a game is played', async () => {
    const { host, client } = await open();
    const told = await follow(
      host,
      () => client.replays.start(LONG),
      ({ live }) => live !== undefined,
    );
    for (let call = 0; call < 20; call += 1) await client.system.info();
    expect((await client.replays.get({ id: told[0]?.id ?? '' })).summary.state).toBe('running');
  });

  it('stopped, it keeps the games it has; discarded, nothing', async () => {
    const { host, client, kept } = await open();
    const told = await follow(
      host,
      () => client.replays.start(LONG),
      ({ played }) => played >= 2,
    );
    const id = told[0]?.id ?? '';
    const stopped = await client.replays.stop({ id });
    expect(stopped).toMatchObject({ state: 'stopped' });
    expect((await client.replays.get({ id })).results.length).toBe(stopped.played);
    expect(kept()).toHaveLength(1);
    await client.replays.discard({ id });
    expect([kept(), await client.replays.list()]).toEqual([[], []]);
    await expect(client.replays.get({ id })).rejects.toMatchObject({ code: 'run.missing' });
  });

  it('keeps another name over a restart, given while it is played or afterwards', async () => {
    const { host, client, path, kept } = await open();
    const last = (await follow(host, () => client.replays.start(GAME), hasEnded)).at(-1);
    const id = last?.id ?? '';
    const long = await client.replays.start(LONG);
    await client.replays.setName({ id: long.id, name: 'Under way' });
    expect(await client.replays.setName({ id, name: 'Ended' })).toMatchObject({ state: 'finished', played: 6 });
    await expect(client.replays.setName({ id: 'none', name: 'x' })).rejects.toMatchObject({ code: 'run.missing' });
    await expect(client.replays.setName({ id, name: ' ' })).rejects.toMatchObject({ code: 'config.invalid' });
    await client.replays.stop({ id: long.id });
    await host.close();
    const again = await openHost(path);
    const names = (await again.client.replays.list()).map(({ name }) => name);
    expect([names, kept().length]).toEqual([['Under way', 'Ended'], 2]);
    expect((await again.client.replays.get({ id })).results).toHaveLength(6);
  });

  it('discarded while it is played, it leaves no file', async () => {
    const { host, client, kept } = await open();
    const first = (await follow(host, () => client.replays.start(GAME), hasEnded)).at(-1);
    const long = await client.replays.start(LONG);
    await client.replays.discard({ id: long.id });
    expect((await client.replays.list()).map(({ id }) => id)).toEqual([first?.id]);
    expect(kept()).toHaveLength(1);
  });

  it('is interrupted by the end of the host, and says so afterwards', async () => {
    const { host, client, path } = await open();
    await follow(
      host,
      () => client.replays.start(LONG),
      ({ played }) => played >= 2,
    );
    await client.replays.start(GAME);
    await host.close();
    const again = await openHost(path);
    expect((await again.client.replays.list()).map(({ state, played }) => [state, played > 0])).toEqual([
      ['interrupted', false],
      ['interrupted', true],
    ]);
  });

  it('passes a file over that is not what was written', async () => {
    const { host, client, path, kept } = await open();
    await follow(host, () => client.replays.start(GAME), hasEnded);
    await host.close();
    const [name = ''] = kept();
    const file = join(path, 'workspace/replays', name);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"played":6', '"played":5'));
    expect(await (await openHost(path)).client.replays.list()).toEqual([]);
  });
});

describe('wrong input', () => {
  it.each([
    { change: { strategies: ['randm'] }, says: 'did you mean "random"?', field: 'strategies' },
    { change: { strategies: [] }, says: 'strategies', field: 'strategies' },
    { change: { limits: [{ metric: 'quality', max: 1 }] }, says: 'not known before training', field: 'limits' },
    { change: { limits: [{ metric: 'params', max: 1 }] }, says: 'no row keeps to the limits', field: 'limits' },
    { change: { seeds: 0 }, says: 'seeds', field: 'seeds' },
    { change: { table: { bundled: '../../x' } }, says: 'choose from broken, wide', field: 'table' },
    { change: { table: { file: 'x', handed: 'not-handed' } }, says: 'were not handed over', field: undefined },
    { change: { table: { bundled: 'broken' } }, says: 'broken: this is not JSON', field: undefined },
    {
      change: { table: { file: 'my.json', text: '{}' } },
      says: "my.json: format must be 'trade-replay/1'",
      field: 'format',
    },
  ])('$change is refused in words, and nothing begins', async ({ change, says, field }) => {
    const { client } = await open();
    await expect(client.replays.start({ ...GAME, ...change })).rejects.toMatchObject({
      message: expect.stringContaining(says),
      place: field === undefined ? expect.anything() : expect.objectContaining({ field }),
    });
    expect(await client.replays.list()).toEqual([]);
  });

  it('hides a bundled table that is broken, and shows the facts of the others', async () => {
    const { client } = await open();
    expect(await client.replays.tables()).toEqual([
      {
        ...{
          bundled: 'wide',
          name: 'wide',
          source: 'made here',
          licence: 'MIT',
          rows: 576,
          families: 1,
          complete: true,
        },
        objectives: [
          { metric: 'quality', goal: 'maximize', known: false },
          { metric: 'params', goal: 'minimize', known: true },
        ],
      },
    ]);
  });
});

describe('the time that is left', () => {
  it('is what each strategy has to play, at its own pace', () => {
    const games = [
      { strategy: 'quick', seconds: 1, share: 1 },
      { strategy: 'slow', seconds: 10, share: 0.5 },
    ];
    // quick: 2 games of 1 s; slow: 2.5 games of 20 s.
    expect(secondsLeft(['quick', 'slow'], 3, games)).toBeCloseTo(2 + 50, 9);
  });

  it('is unknown until each has begun', () => {
    expect(secondsLeft(['quick', 'slow'], 3, [{ strategy: 'quick', seconds: 1, share: 1 }])).toBeUndefined();
    expect(secondsLeft(['quick'], 3, [{ strategy: 'quick', seconds: 1, share: 0.05 }])).toBeUndefined();
  });
});
