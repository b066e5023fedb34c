import { expect, test } from 'vitest';
import { csvText } from '../../src/renderer/csv.ts';

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
