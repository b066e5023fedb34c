/** Files that are JSON and no form of ours: refused in words, whatever follows their nesting
 * later. */
import { describe, expect, it } from 'vitest';
import { parseSearchText } from '../../src/bridge/config/parse-config.ts';
import { assertPlain, testing } from '../../src/bridge/plain-value.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { readTable } from '../../src/host/replays/table.ts';

const { MOST_NESTED } = testing;

const DEEP = 300_000;
const lists = '['.repeat(DEEP) + ']'.repeat(DEEP);
const objects = `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`;

function fault(run: () => unknown): WorkbenchError {
  try {
    run();
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

describe('a search that is nested 300,000 deep', () => {
  it.each([
    ['as a whole', lists, '0.0.0.0...'],
    ['of objects', objects, 'a.a.a.a...'],
    ['in its name', `{"name":${lists}}`, 'name.0.0.0...'],
    ['in an option', `{"name":"x","strategy":{"options":{"a":${objects}}}}`, 'strategy.options.a.a...'],
    ['in its families', `{"name":"x","families":${objects}}`, 'families.a.a.a...'],
    ['in its students', `{"name":"x","students":${lists}}`, 'students.0.0.0...'],
    ['in its recipe', `{"name":"x","recipe":{"distillation":${lists}}}`, 'recipe.distillation.0.0...'],
    ['in what no search has', `{"name":"x","more":${lists}}`, 'more.0.0.0...'],
  ])('%s is refused with its field, and ends no program', (_where, text, field) => {
    const error = fault(() => parseSearchText(text, 'deep.json'));
    expect([error.code, error.place]).toEqual(['config.invalid', { file: 'deep.json', field }]);
    expect(error.message).toBe(`deep.json: ${field}: it is nested more than ${MOST_NESTED} deep.`);
  });
});

describe('a recorded table that is nested 300,000 deep', () => {
  it.each([
    ['source', `{"format":"trade-replay/1","source":${lists}}`],
    ['objectives', `{"format":"trade-replay/1","metrics":["q"],"objectives":[{"metric":${lists}}]}`],
    ['families', `{"format":"trade-replay/1","metrics":["q"],"families":[{"name":${objects}}]}`],
  ])('in its %s is refused with its field', (field, text) => {
    const error = fault(() => readTable(text, 'table.json'));
    expect([error.code, error.place.file]).toEqual(['config.invalid', 'table.json']);
    expect(error.place.field).toMatch(new RegExp(`^${field}\\.`));
  });
});

describe('what is looked at', () => {
  it('may be as deep as nothing of ours is, and no deeper', () => {
    expect(() => assertPlain(nested(MOST_NESTED))).not.toThrow();
    expect(fault(() => assertPlain(nested(MOST_NESTED + 1))).message).toMatch(/^0\.a\.0\.a\.\.\.: it is nested/);
  });

  it('is every branch of it', () => {
    const late = { first: [1, 'x', null, true], last: { a: [0, nested(MOST_NESTED)] } };
    expect(fault(() => assertPlain(late)).place).toEqual({ field: 'last.a.1.a...' });
  });

  it('has no key that schemas would pass over', () => {
    const options = '{"name":"x","strategy":{"options":{"__proto__":3}}}';
    const error = fault(() => parseSearchText(options, 'f.json'));
    expect(error.place).toEqual({ file: 'f.json', field: 'strategy.options.__proto__' });
    expect(error.message).toContain('no key may be called "__proto__"');
  });

  it('may be bytes, of which a window sends many', () => {
    expect(() => assertPlain({ bytes: new Uint8Array(5_000_000) })).not.toThrow();
  });
});
