/** The log's tab: what it narrows to, where a day begins, what it hands out. */
import { expect, test } from 'vitest';
import type { LogLine } from '../../src/bridge/words/log-lines.ts';
import type { LogChoice } from '../../src/renderer/run/log/log-lines.ts';
import { chosenLines, logText, newDay } from '../../src/renderer/run/log/log-lines.ts';

const LINES: readonly LogLine[] = [
  { key: 'start', event: 'started', sentence: 'TRADE' },
  { key: '0.0', event: 'proposed', trial: 0, sentence: 'ViT · Initial' },
  { key: '1', event: 'finished', trial: 0, sentence: 'ViT · validation accuracy 80 %' },
  { key: '2', event: 'failed', trial: 1, sentence: 'It died. Its last words:', lastWords: 'bad_alloc\n  at Step' },
  { key: '3', event: 'stopped', trial: 2, sentence: 'Stopped by you.' },
  { key: '4', event: 'tooSlow', trial: 3, sentence: 'A pass takes 9 ms.' },
  { key: 'end', event: 'runFailed', sentence: 'No student could be trained.' },
];
const keys = (choice: LogChoice, search = ''): readonly string[] =>
  chosenLines(LINES, choice, search).map(({ key }) => key);

test('each line is of one kind, and a run that failed is among the failures', () => {
  expect(keys('all')).toEqual(LINES.map(({ key }) => key));
  expect(keys('proposals')).toEqual(['0.0']);
  expect(keys('results')).toEqual(['1', '3', '4']);
  expect(keys('failures')).toEqual(['2', 'end']);
});

test('a search finds every word of it in any case: in events, numbers, sentences and last words, within a kind', () => {
  expect(keys('all', 'vit')).toEqual(['0.0', '1']);
  expect(keys('all', ' FINISHED  vit ')).toEqual(['1']);
  expect(keys('all', 'BAD_alloc step')).toEqual(['2']);
  expect(keys('all', '#2')).toEqual(['2']);
  expect(keys('proposals', 'finished')).toEqual([]);
});

test('a day is told at the first line and where it changes, past lines without a time, and with another year', () => {
  // Local, as the person's calendar has it.
  const at = (day: number, hour: number): string => new Date(2026, 10, day, hour).toISOString();
  // some
  const line = (time: string | undefined): LogLine => ({ ...LINES[1]!, ...(time !== undefined && { at: time }) });
  const now = new Date(2026, 11, 1);
  expect(newDay(line(at(24, 1)), undefined, now)).toBe('24 Nov');
  expect(newDay(line(at(24, 23)), line(at(24, 1)), now)).toBeUndefined();
  expect(newDay(line(at(25, 0)), line(at(24, 23)), now)).toBe('25 Nov');
  expect(newDay(line(undefined), line(at(24, 23)), now)).toBeUndefined();
  expect(newDay(line(at(24, 1)), undefined, new Date(2027, 0, 1))).toBe('24 Nov 2026');
});

test('text for a file has each last word below its line, indented, and no blanks at its ends', () => {
  expect(logText(LINES.slice(2, 4)).split('\n')).toEqual([
    expect.stringMatching(/ Finished +#1 +ViT · validation accuracy 80 %$/),
    expect.stringMatching(/ Failed +#2 +It died\. Its last words:$/),
    '    bad_alloc',
    '      at Step',
    '',
  ]);
});
