/** Names that every JavaScript object answers to are options of no strategy. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import { STRATEGY_INFOS, openStrategy } from '../../src/core/strategies/registry.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { createTableProblem } from '../../src/core/strategies/replay.ts';
import { parseTable } from '../../src/core/strategies/recorded-table.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { tinyTable } from '../support/tiny-table.ts';

const NAMES = ['toString', 'constructor', 'valueOf', 'hasOwnProperty', '__defineGetter__'];

const folder = temporaryFolder();
let host: Host;
beforeAll(async () => {
  makeResources(folder.path);
  host = await fakeHost(folder.path);
});
afterAll(async () => {
  await host.close();
  folder.remove();
});

async function refusal(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(NAMES)('an option called %s', (name) => {
  const field = `strategy.options.${name}`;
  const wanted = { code: 'config.invalid', place: { field } };

  it('is refused by its name, with those that there are, before a run is made', async () => {
    const options = { [name]: 1 };
    const error = await refusal(() => host.client.runs.start({ name: 'x', strategy: { id: 'trade', options } }));
    expect(error).toBeInstanceOf(WorkbenchError);
    expect(error).toMatchObject({ ...wanted, message: expect.stringMatching(/has no such option: .*\w/) });
    expect(error).not.toMatchObject({ message: expect.stringContaining('native code') });
    expect((await host.client.runs.list({})).total).toBe(0);
  });

  it('is refused by every strategy', async () => {
    const { problem } = createTableProblem(parseTable(tinyTable()), { seed: 1, budget: 4, limits: [] });
    for (const { id } of STRATEGY_INFOS) {
      const error = await refusal(() => openStrategy(id, { problem, seed: 1, options: { [name]: 1 } }));
      expect(error).toMatchObject({ ...wanted, message: expect.stringContaining(`has no option '${name}'`) });
    }
  });
});
