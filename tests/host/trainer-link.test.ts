/** What a trainer tells is written down in its order before its end counts, however long the writing takes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startTrainer } from '../../src/host/trainer-link.ts';
import type { JobCommand, TrainerLink } from '../../src/host/trainer-link.ts';
import { temporaryFolder } from '../support/fake-host.ts';

const folder = temporaryFolder();
const links: TrainerLink[] = [];
afterAll(async () => {
  for (const link of links) await link.close();
  folder.remove();
});

/** Tells of three epochs and its end at one stretch, without training. */
const HASTY = `
process.on('disconnect', () => process.exit(0));
process.on('message', ({ type, job }) => {
  if (type === 'shutdown') process.exit(0);
  if (job === undefined) return;
  const { jobId, fence } = job;
  for (const epoch of [1, 2, 3]) process.send({ type: 'epoch', jobId, fence, point: { epoch } });
  process.send({ type: 'stopped', jobId, fence });
});
process.send({ type: 'ready' });
`;

async function hasty(): Promise<TrainerLink> {
  const entry = join(folder.path, 'hasty.mjs');
  writeFileSync(entry, HASTY);
  const patience = { silenceMs: 60_000, startMs: 60_000, stopMs: 60_000 };
  const link = await startTrainer({ entry, node: process.execPath, ...patience, fence: 'fence' });
  links.push(link);
  return link;
}

// Sound: the trainer above looks at these two alone.
const command = (jobId: string) => ({ type: 'train', job: { jobId, fence: 'fence' } }) as unknown as JobCommand;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('epochs are kept one after the other, and the end is told when the last of them is kept', async () => {
  const link = await hasty();
  const kept: string[] = [];
  const end = await link.run(command('one'), async (event) => {
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
  const job = link.run(command('two'), async (event) => {
    if (event.type === 'epoch') seen.push(event.point.epoch);
    await turn();
    if (seen.length === 2) throw new Error('no room');
  });
  await expect(job).rejects.toThrow('no room');
  await turn();
  expect(seen).toEqual([1, 2]);
  expect(link.alive()).toBe(false);
});
