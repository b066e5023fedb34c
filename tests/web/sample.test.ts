/** What a terminal says of a sample search that fails, and of one that is left. */
import { expect, it } from 'vitest';
import type { HostClient, ProgressPrinter } from '../../src/host/for-shells.ts';
import { mockHost } from '../support/mock/mock-host.ts';
import { runSample } from '../../src/web/sample.ts';

async function linesOf(isLeaving: boolean): Promise<readonly string[]> {
  const lines: string[] = [];
  const { client } = mockHost('empty');
  const startSample = () => Promise.reject(new Error('The line is cut.'));
  // Sound: what a sample search calls of a host is in every client.
  const host = { ...client, runs: { ...client.runs, startSample } } as unknown as HostClient;
  const printer: ProgressPrinter = {
    line: (text) => lines.push(text),
    ended: () => undefined,
    progress: () => undefined,
    status: () => undefined,
    clear: () => undefined,
  };
  await runSample(host, printer, () => isLeaving);
  return lines;
}

it('says that it failed, but not to somebody who has just ended the program', async () => {
  expect(await linesOf(false)).toEqual([expect.stringMatching(/^The sample search did not run: ./)]);
  expect(await linesOf(true)).toEqual([]);
});
