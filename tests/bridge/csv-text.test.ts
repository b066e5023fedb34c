import { expect, test } from 'vitest';
import { csvText } from '../../src/bridge/words/csv-text.ts';
import { replayCsv } from '../../src/renderer/strategies/replay-figures.ts';

test('a comma, a quote or a line break in a cell does not break the row', () => {
  const table = {
    columns: ['Student', 'Why'],
    rows: [
      ['#1', 'near "ResNet", #2'],
      ['#2', 'two\nlines'],
    ],
  };
  expect(csvText(table)).toBe('Student,Why\r\n#1,"near ""ResNet"", #2"\r\n#2,"two\nlines"\r\n');
});

/** What a cell is in the file. */
const written = (cell: string): string => csvText({ columns: [cell], rows: [] }).replace(/\r\n$/, '');

test.each([
  ...['=1+1', '+1+1', '-1+1', '-2+3+cmd|x!A0', '@SUM(A1)', '=HYPERLINK("https://evil.example")'],
  ...['\t=1', '\r=1', '\n=1', '＝1+1', '-name', '+49 (30) 1'],
])('a name is computed by no spreadsheet: %j', (cell) => {
  expect(written(cell)).toMatch(/^"?'/);
  expect(written(cell)).toContain(cell.replaceAll('"', '""'));
});

test.each([
  ...['-1', '+1.5', '-0.25 %', '-1,234', '-1e-7', '-1.5e+300', '-Infinity', '-0', '-', '-3.4 ms'],
  ...['12', 'NaN', 'a=b', '#1'],
])('a number, and what begins otherwise, stays as it is: %j', (cell) => {
  expect(written(cell)).toBe(cell.includes(',') ? `"${cell}"` : cell);
});

test('a name that stands in a replay is a cell as any other', () => {
  const game = { strategy: '=cmd,"x"', seed: 1, hypervolume: [0.5], best: [-0.5], askMs: [1], rows: [3] };
  // Sound: the writer looks at the games alone.
  const text = replayCsv({ results: [game] } as unknown as Parameters<typeof replayCsv>[0]);
  const row = `"'=cmd,""x""",1,1,0.5,-0.5,1,3`;
  expect(text).toBe(`strategy,seed,training,hypervolume,best,ask_ms,row\r\n${row}\r\n`);
});
