/** Written numbers: what SQLite and JSON lose comes back, in every place of a tree. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson, readNumber, writeJson, writeNumber } from '../../src/store/numbers.ts';

test.each([NaN, Infinity, -Infinity, -0, 0, 1e308, 5e-324, -1.5, 2 ** 53])('%s comes back bit for bit', (value) => {
  expect(Object.is(readNumber(writeNumber(value)), value)).toBe(true);
  expect(Object.is(readJson(writeJson(value)), value)).toBe(true);
});

test('the written forms are the ones that the other rooms use', () => {
  expect(writeJson({ a: NaN, b: [Infinity, -Infinity, -0, 1] })).toBe(
    '{"a":"NaN","b":["Infinity","-Infinity","-0",1]}',
  );
});

test('a text that reads like a number stays a text, however often it is escaped', () => {
  const texts = ['NaN', "'NaN", "''-0", 'Infinity', '-Infinity', "'", "'x", 'NaNs', ''];
  expect(readJson(writeJson(texts))).toEqual(texts);
});

test('every tree of JSON with any double in it comes back', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('NaN', "'NaN", '-0', "''Infinity"));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 3 }, fc.double(), text, fc.boolean(), fc.constant(null), tie('list'), tie('record')),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    record: fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  }));
  // toStrictEqual tells 0 from -0 and holds NaN equal to itself.
  fc.assert(
    fc.property(tree, (value) => {
      expect(readJson(writeJson(value))).toStrictEqual(value);
    }),
  );
});

test.each(['abc', 'constructor', '__proto__', 'toString', '', "'NaN"])(
  'a column that holds "%s" where a number is due is told of, and never what every object has of that name',
  (written) => {
    // Sound: a column of type ANY gives back whatever somebody's archive put into it.
    expect(() => readNumber(written as 'NaN')).toThrow(expect.objectContaining({ code: 'workspace.corrupt' }));
  },
);
