/** Explanations of runs through the host's client, over a trainer that computes nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import { STUDENT_FAMILIES } from '../../src/core/arch/families/registry.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { Host } from '../../src/host/for-shells.ts';
import type { DatasetCard } from '../../src/core/records/dataset-card.ts';
import { createExplainer } from '../../src/host/runs/told/explain.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { asked, COSTS, finished, searchConfig } from '../support/store-records.ts';
import { untilRun } from '../support/until-run.ts';
import { storeInMemory } from '../support/workspace.ts';

const TRIALS = 14;
const FAILED = 13;
const folder = temporaryFolder();
let host: Host;
let run: RunSummaryView;

beforeAll(async () => {
  makeResources(folder.path);
  host = await fakeHost(folder.path, { epochMs: 1, fail: [FAILED] });
  const { run: started } = await host.client.runs.start({
    name: 'explained',
    families: ['resnet', 'vit', 'mlp-mixer'],
    strategy: { id: 'trade' },
    limits: { macs: 400_000 },
    budget: { trials: TRIALS },
    slots: 1,
  });
  run = await untilRun(host.client, started.id, ({ run: { state } }) => state !== 'running');
}, 60_000);
afterAll(async () => {
  await host.close();
  folder.remove();
});

describe('the explanation of a run', () => {
  it('accounts for every trial as the run has it', async () => {
    const { families } = await host.client.runs.explain({ id: run.run.id });
    const trials = await host.client.runs.trials({ id: run.run.id });
    expect(families.map(({ family }) => family)).toEqual(run.run.config.families);
    for (const account of families) {
      const own = trials.filter(({ candidate }) => candidate.family === account.family);
      const told = own.filter(({ state }) => state === 'finished');
      expect([account.proposed, account.told, account.failed]).toEqual([
        own.length,
        told.length,
        own.length - told.length,
      ]);
      expect(account.best).toBe(
        told.length > 0 ? Math.max(...told.map(({ metrics }) => metrics['accuracy'] ?? NaN)) : undefined,
      );
    }
    expect(families.reduce((sum, { failed }) => sum + failed, 0)).toBe(1);
    expect(families.reduce((sum, { front }) => sum + front, 0)).toBe(run.score.frontSize);
  });

  it('predicts what the trials themselves say was predicted, beside what they reached', async () => {
    const { predictions, calibration, regions } = await host.client.runs.explain({ id: run.run.id });
    const trials = await host.client.runs.trials({ id: run.run.id });
    expect(predictions.length).toBeGreaterThan(0);
    for (const { trial, mean, outcome } of predictions) {
      expect([mean, outcome]).toEqual([trials[trial]?.why.predicted?.mean, trials[trial]?.metrics['accuracy']]);
    }
    expect(calibration?.count).toBe(predictions.length);
    // After every result, the failed one's among them: else the history ends before the log does.
    expect(regions.map(({ trial }) => trial)).toEqual(trials.map(({ number }) => number));
  });

  it('of a strategy without regions has its families all the same', async () => {
    const other = await host.client.runs.start({
      name: 'by chance',
      families: ['mlp-mixer'],
      strategy: { id: 'random' },
      budget: { trials: 3 },
      slots: 1,
    });
    await untilRun(host.client, other.run.id, ({ run: { state } }) => state === 'finished');
    const explained = await host.client.runs.explain({ id: other.run.id });
    expect(explained.families.map(({ told, sources }) => [told, sources])).toEqual([[3, { reference: 1, random: 2 }]]);
    expect([explained.regions, explained.calibration, explained.globalShare]).toEqual([[], undefined, undefined]);
  });

  it('of a run that is not there says so', async () => {
    await expect(host.client.runs.explain({ id: 'nothing' })).rejects.toMatchObject({ code: 'run.missing' });
  });
});

describe('an explainer', () => {
  const family = STUDENT_FAMILIES['mlp-mixer']({ inputShape: [28, 28, 1], classes: 10 });
  const student = { family: family.name, config: family.reference };
  const card = { id: 'fashion-mnist', title: '', shape: [28, 28, 1], classes: Array<string>(10).fill('a') };

  /** A run of one trial; `looked` counts how often its data set was looked up, which every new
   * explanation does first. */
  function explained() {
    const store = storeInMemory();
    const config = { ...searchConfig(), families: [family.name], strategy: { id: 'random', options: {} }, limits: [] };
    store.createRun({ id: 'run_1', config, strategyVersion: 1, sample: false });
    const event = asked(0);
    const proposals = event.proposals.map((one) => ({ ...one, candidate: student, why: { source: 'random' } }));
    store.recordAsked('run_1', { ...event, proposals }, [COSTS], 3);
    const state = { looked: 0, gone: false };
    const dataset = async () => {
      state.looked += 1;
      if (state.gone) throw new WorkbenchError('dataset.missing', 'It is gone.');
      // Sound: no more of the card is read.
      return { name: 'fashion-mnist', directory: '', bundled: true, card: card as unknown as DatasetCard };
    };
    return { store, state, explain: createExplainer(store, { dataset }) };
  }

  it('follows a log once, and once more when it has grown', async () => {
    const { store, state, explain } = explained();
    const both = await Promise.all([explain('run_1'), explain('run_1')]);
    expect([state.looked, both[0] === both[1], both[0].families[0]?.told]).toEqual([1, true, 0]);
    store.startTrial('run_1-0000');
    store.finishTrial('run_1-0000', finished('a'));
    expect((await explain('run_1')).families[0]?.told).toBe(1);
    expect(state.looked).toBe(2);
  });

  it('whose data set is gone says so, and tries again when it is back', async () => {
    const { state, explain } = explained();
    state.gone = true;
    await expect(explain('run_1')).rejects.toMatchObject({ code: 'dataset.missing' });
    state.gone = false;
    expect((await explain('run_1')).families).toHaveLength(1);
  });
});
