/** What a mutation run counts, and what it leaves out. */
import { expect, it } from 'vitest';
import { strykerPlugins } from '../../scripts/mutate/ignore-words.mjs';
import { isRoom } from '../../scripts/mutate/rooms.ts';
import { isEnough, survivors, tableOf, tally } from '../../scripts/mutate/score.ts';

type Outcome = Parameters<typeof tally>[0][number];

const outcomes = (status: Outcome['status'], count: number): readonly Outcome[] =>
  Array.from({ length: count }, (_, line) => ({
    ...{ status, fileName: '/root/src/store/lock.ts', mutatorName: 'BooleanLiteral', replacement: 'fal\n  se' },
    location: { start: { line, column: 4 }, end: { line, column: 8 } },
  }));

it('counts a line that no test runs against the score, and what was left out not at all', () => {
  const results = [
    ...[outcomes('Killed', 79), outcomes('Timeout', 1), outcomes('Survived', 15), outcomes('NoCoverage', 5)].flat(),
    ...[outcomes('Ignored', 50), outcomes('RuntimeError', 2)].flat(),
  ];
  const score = tally(results, 1.25);
  expect(score).toEqual({
    ...{ killed: 79, timedOut: 1, survived: 15, uncovered: 5, ignored: 50, errors: 2 },
    ...{ percent: 80, minutes: 1.3 },
  });
  expect(isEnough(score)).toBe(true);
  expect(tableOf({ store: score, web: score })).toBe(
    [
      'store     80.0 % of 100 mutants; 15 survived, 5 in lines that no test runs; 1.3 min',
      'web       80.0 % of 100 mutants; 15 survived, 5 in lines that no test runs; 1.3 min',
      'all       80.0 % of 200 mutants; 30 survived, 10 in lines that no test runs; 2.6 min\n',
    ].join('\n'),
  );
});

it('tells no score as reached that is missed by one mutant', () => {
  const score = tally([...outcomes('Killed', 7999), ...outcomes('Survived', 2001)], 0);
  expect([score.percent, isEnough(score)]).toEqual([79.9, false]);
  expect(tally([], 0).percent).toBe(100);
});

it('names where each survivor stands, on one line', () => {
  const results = [...outcomes('Killed', 3), ...outcomes('Survived', 1), ...outcomes('NoCoverage', 1)];
  expect(survivors(results, '/root')).toEqual([
    'src/store/lock.ts:0:5-0:9 BooleanLiteral -> fal se',
    'src/store/lock.ts:0:5-0:9 BooleanLiteral -> fal se (no test runs it)',
  ]);
});

it('knows its rooms, and no word of the prototype', () => {
  expect(['store', 'web', 'numbers', 'archive'].every(isRoom)).toBe(true);
  expect(['toString', '', 'core'].some(isRoom)).toBe(false);
});

it("leaves out an error's words, but neither its code nor a choice within its words", () => {
  const [plugin] = strykerPlugins;
  const text = { type: 'StringLiteral' };
  const name = { type: 'Identifier', name: 'file' };
  const choice = { type: 'ConditionalExpression' };
  const template = (...expressions: readonly object[]) => ({ type: 'TemplateLiteral', expressions });
  const ignored = (node: object, callee: string, key: number, lines = 1): boolean => {
    const parent = { type: 'NewExpression', callee: { type: 'Identifier', name: callee } };
    let path: object = { node: { type: 'BinaryExpression' }, parent, listKey: 'arguments', key };
    if (lines === 1) path = { ...path, node };
    else path = { node, parent: { type: 'BinaryExpression', operator: '+' }, parentPath: path };
    return plugin?.value.shouldIgnore(path) !== undefined;
  };
  expect(ignored(text, 'WorkbenchError', 1)).toBe(true);
  expect(ignored(template(name), 'WorkbenchError', 1)).toBe(true);
  expect(ignored(text, 'TypeError', 0)).toBe(true);
  expect(ignored(text, 'WorkbenchError', 1, 2)).toBe(true);
  expect(ignored(text, 'WorkbenchError', 0, 2)).toBe(false);
  expect(ignored(text, 'WorkbenchError', 0)).toBe(false);
  expect(ignored(template(choice), 'WorkbenchError', 1)).toBe(false);
  expect(ignored(choice, 'WorkbenchError', 1)).toBe(false);
  expect(ignored(text, 'Map', 0)).toBe(false);
});
