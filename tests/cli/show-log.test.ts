/** `show --log`: other people's scripts look for lines in it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench } from './command-line.ts';

describe('show --log', () => {
  let bench: Bench;
  let id: string;
  beforeAll(async () => {
    bench = makeBench();
    const { json } = await bench.tradeWatched({ crash: [1] }, ['search', bench.config(SMALL), '--json'], () => {});
    id = (json().at(-1) as { run: { id: string } }).run.id;
  });
  afterAll(() => bench.remove());

  it('prints a line for each event, oldest first, last words of a trainer with its student', async () => {
    const { code, stdout } = await bench.trade('show', id, '--log');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const time = String.raw`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  `;
    for (const line of lines) expect(line).toMatch(new RegExp(time));
    const events = lines.map((line) => line.slice(21).split(/ +/).slice(0, 2).join(' '));
    expect(events.filter((event) => event.startsWith('Proposed'))).toEqual([1, 2, 3, 4].map((n) => `Proposed #${n}`));
    expect([events[0], events.at(-1)]).toEqual(['Started run', 'Finished run']);
    expect(lines).toHaveLength(2 + 2 * 4);
    const failure = lines.find((line) => line.includes('Failed '));
    expect(failure).toMatch(/#2 .*The trainer process died.*Its last words: \| .*cannot allocate tensor/);
    expect(lines.filter((line) => line.includes('Finished     #'))[0]).toMatch(/#1 .*validation accuracy [\d.]+ % in/);
  });

  it('prints one object a line with --json', async () => {
    const { code, json } = await bench.trade('show', id, '--log', '--json');
    expect(code).toBe(0);
    const lines = json();
    expect(lines[0]).toEqual({ at: expect.any(String), event: 'started', text: expect.any(String) });
    expect(lines.find((line) => line['event'] === 'failed')).toEqual({
      ...{ at: expect.stringMatching(/^\d{4}-.*Z$/), event: 'failed', trial: `${id}-0001` },
      text: expect.stringMatching(/^Tried 2 times\. The trainer process died/),
      lastWords: expect.stringContaining('cannot allocate tensor'),
    });
  });

  it('is refused beside --why, and of a run that is not there', async () => {
    const both = await bench.trade('show', id, '--log', '--why');
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('cannot be used with')]);
    const none = await bench.trade('show', 'nowhere', '--log');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('There is no run "nowhere"')]);
  });
});
