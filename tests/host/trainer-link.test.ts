/** What a trainer tells is written down in its order before its end counts, however long the
 * writing takes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { startTrainer, testing } from '../../src/host/executors/trainer-link.ts';
import type { Order } from '../../src/host/executors/executor.ts';
import type { TrainerLink } from '../../src/host/executors/trainer-link.ts';
import { temporaryFolder } from '../support/fake-host.ts';

const { createWatchdog } = testing;

const folder = temporaryFolder();
const links: TrainerLink[] = [];
const SESSION = { fence: 'fence', folders: { temp: folder.path, cache: folder.path } };
afterAll(async () => {
  for (const link of links) await link.close();
  folder.remove();
});

/** Tells of three epochs and its end at one stretch, without training. */
const HASTY = `
process.on('disconnect', () => process.exit(0));
process.on('message', ({ type, jobId, fence }) => {
  if (type === 'shutdown') process.exit(0);
  if (type !== 'order') return;
  for (const epoch of [1, 2, 3]) {
    process.send({ type: 'report', jobId, fence, report: { type: 'epoch', point: { epoch } } });
  }
  process.send({ type: 'stopped', jobId, fence });
});
process.send({ type: 'ready' });
`;

/** Works for three times the patience, and beats meanwhile. */
const BEATING = `
process.on('disconnect', () => process.exit(0));
process.on('message', ({ type, jobId, fence }) => {
  if (type === 'shutdown') process.exit(0);
  if (type !== 'order') return;
  const beat = setInterval(() => process.send({ type: 'alive', jobId, fence }), 20);
  setTimeout(() => {
    clearInterval(beat);
    process.send({ type: 'stopped', jobId, fence });
  }, 1200);
});
process.send({ type: 'ready' });
`;

async function hasty(): Promise<TrainerLink> {
  const entry = join(folder.path, 'hasty.mjs');
  writeFileSync(entry, HASTY);
  const patience = { silenceMs: 60_000, startMs: 60_000, stopMs: 60_000 };
  const link = await startTrainer({ entry, node: process.execPath, ...patience, ...SESSION });
  links.push(link);
  return link;
}

// Sound: the trainers above look at no input.
const order = (jobId: string): Order<'train'> => ({ kind: 'train', jobId, input: {} as Order<'train'>['input'] });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => vi.useRealTimers());

test('a silence is a hang on an idle machine, and patience on one that is busy, up to a bound', () => {
  vi.useFakeTimers();
  const bites: number[] = [];
  let load = 1;
  const dog = createWatchdog(
    100,
    () => load,
    (silentMs) => bites.push(silentMs),
  );
  dog.feed();
  vi.advanceTimersByTime(100);
  expect(bites).toEqual([100]);
  load = 2.5;
  dog.feed();
  vi.advanceTimersByTime(249);
  expect(bites).toEqual([100]);
  vi.advanceTimersByTime(1);
  expect(bites).toEqual([100, 250]);
  // Whatever was waited, a word begins anew; and a machine that has time again is no excuse any
  // more.
  dog.feed();
  vi.advanceTimersByTime(150);
  load = 1;
  vi.advanceTimersByTime(50);
  expect(bites).toEqual([100, 250, 200]);
  dog.feed();
  dog.rest();
  vi.advanceTimersByTime(1000);
  expect(bites).toHaveLength(3);
});

test('a trainer that only tells that it is at work is not taken for hung', async () => {
  const entry = join(folder.path, 'beating.mjs');
  writeFileSync(entry, BEATING);
  const link = await startTrainer({
    ...{ entry, node: process.execPath, silenceMs: 400, startMs: 60_000, stopMs: 60_000, ...SESSION },
  });
  links.push(link);
  const told: unknown[] = [];
  const end = await link.run(order('slow'), (event) => void told.push(event));
  expect(end.type).toBe('stopped');
  expect(told).toEqual([]);
});

test('epochs are kept one after the other, and the end is told when the last of them is kept', async () => {
  const link = await hasty();
  const kept: string[] = [];
  const end = await link.run(order('one'), async (event) => {
    const name = event.type === 'epoch' ? String(event.point.epoch) : event.type;
    kept.push(`begun ${name}`);
    for (let wait = 0; wait < 5; wait += 1) await turn();
    kept.push(`kept ${name}`);
  });
  expect(end.type).toBe('stopped');
  expect(kept).toEqual(['begun 1', 'kept 1', 'begun 2', 'kept 2', 'begun 3', 'kept 3']);
});

test('an epoch that cannot be kept ends the job with its reason, and nothing after it is kept', async () => {
  const link = await hasty();
  const seen: number[] = [];
  const job = link.run(order('two'), async (event) => {
    if (event.type === 'epoch') seen.push(event.point.epoch);
    await turn();
    if (seen.length === 2) throw new Error('no room');
  });
  await expect(job).rejects.toThrow('no room');
  await turn();
  expect(seen).toEqual([1, 2]);
  expect(link.alive()).toBe(false);
});
