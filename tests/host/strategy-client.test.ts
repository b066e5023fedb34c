import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/records/events.ts';
import { explainLog, openAsker } from '../../src/host/processes/strategy-client.ts';
import type { Asker } from '../../src/host/processes/strategy-client.ts';
import type { ProblemDescriptor } from '../../src/host/processes/problem.ts';
import { temporaryFolder } from '../support/fake-host.ts';

const DYING = fileURLToPath(new URL('../support/dying-strategy-worker.ts', import.meta.url));
const folder = temporaryFolder();
const flag = join(folder.path, 'die');
const askers: Asker[] = [];

afterEach(async () => {
  for (const asker of askers.splice(0)) await asker.close();
  for (const name of ['DIE_WHILE', 'DIE_AT', 'DIE_ALWAYS']) delete process.env[name];
});
afterAll(() => folder.remove());

const problem = (id: string): ProblemDescriptor => ({
  families: ['resnet', 'vit'],
  inputShape: [28, 28, 1],
  classes: 10,
  strategy: { id, options: {} },
  seed: 3,
  objectives: [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: 'params', goal: 'minimize', known: true },
  ],
  limits: [{ metric: 'macs', max: 1_500_000 }],
  reference: { accuracy: 0.5, params: 200_000 },
  budget: 12,
  prior: [],
});

/** Asks and tells so many trials, keeping the log as the store would. */
async function play(asker: Asker, log: RunEvent[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const event = await asker.ask(1);
    log.push(event);
    await asker.fold(event);
    for (const { trial } of event.proposals) {
      const told: RunEvent = {
        type: 'told',
        trial,
        metrics: { accuracy: 0.6 + (trial % 5) / 20, params: 1000 * (trial + 1) },
      };
      log.push(told);
      await asker.fold(told);
    }
  }
}

async function opened(id: string, log: RunEvent[], entry?: string): Promise<Asker> {
  const asker = await openAsker(problem(id), (from) => log.slice(from, from + 3), entry);
  askers.push(asker);
  return asker;
}

describe.each(['random', 'trade', 'evolution'])('asker of %s', (id) => {
  it('goes on from the log alone as if it had never been closed', async () => {
    const whole: RunEvent[] = [];
    await play(await opened(id, whole), whole, 8);
    const halves: RunEvent[] = [];
    await play(await opened(id, halves), halves, 4);
    await play(await opened(id, halves), halves, 4);
    expect(halves).toEqual(whole);
  });

  it.each(['ask', 'fold'])('replaces a worker that dies at "%s", and nothing is lost or folded twice', async (at) => {
    const plain: RunEvent[] = [];
    await play(await opened(id, plain), plain, 6);
    process.env['DIE_WHILE'] = flag;
    process.env['DIE_AT'] = at;
    const log: RunEvent[] = [];
    const asker = await opened(id, log, DYING);
    await play(asker, log, 3);
    writeFileSync(flag, '');
    await play(asker, log, 3);
    expect(log).toEqual(plain);
  });
});

describe('an asker', () => {
  it('says so when its worker dies again and again', async () => {
    process.env['DIE_WHILE'] = flag;
    process.env['DIE_ALWAYS'] = '1';
    writeFileSync(flag, '');
    const asker = await opened('random', [], DYING);
    await expect(asker.ask(1)).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('died') });
  });

  it('passes on what the strategy refuses', async () => {
    await expect(opened('magic', [])).rejects.toMatchObject({ code: 'strategy.unknown' });
    const tight = { ...problem('random'), limits: [{ metric: 'params', max: 1 }] };
    await expect(openAsker(tight, () => [])).rejects.toMatchObject({ code: 'budget.unreachable' });
  });

  // Linux alone tells a process' children in so many words.
  it.skipIf(process.platform !== 'linux')('is few processes at a time, however much a window asks for', async () => {
    const children = (): number =>
      readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').match(/\d+/g)?.length ?? 0;
    const before = children();
    let most = 0;
    const looking = setInterval(() => (most = Math.max(most, children() - before)), 5);
    try {
      await Promise.all(Array.from({ length: 16 }, () => explainLog(problem('random'), () => [])));
    } finally {
      clearInterval(looking);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(5); // one may be ending still
  });
});
