/** What a run is, in words: every setting has its line, and what no record tells is said to be
 * unknown, never guessed. */
import { optionWords } from '../../src/bridge/words/option-words.ts';
import { expect, test } from 'vitest';
import { expandConfig } from '../../src/bridge/config/expand-config.ts';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import type { SetupView } from '../../src/bridge/schemas/setup.ts';
import { setupGroups, UNKNOWN } from '../../src/bridge/words/setup-words.ts';
import type { Run } from '../../src/core/records/run.ts';
import { trade } from '../../src/core/strategies/trade/trade.ts';
import { RECORDED_SOURCES } from '../support/store-records.ts';
import { familied } from '../support/familied.ts';

const MACHINE = {
  ...{ at: '2026-02-03T04:05:06.000Z', program: '0.1.0', node: '24.21.0', platform: 'linux x64' },
  ...{ processor: 'AMD EPYC', cores: 2 },
};

function setupOf(more: Partial<SearchInput>, strategyVersion = 1, rest: Partial<SetupView> = {}): SetupView {
  const config = expandConfig(familied(searchInputSchema.parse({ name: 'One', ...more })), { params: 2e6, macs: 5e7 });
  const run: Run = {
    ...{ id: 'r1', name: 'One', state: 'finished', config, strategyVersion, sample: false },
    ...{ createdAt: '2026-02-03T04:05:06.000Z', seconds: 1 },
  };
  return { run, families: config.families.map((name) => ({ name, title: name })), earlier: [], ...rest };
}

const rowsOf = (setup: SetupView, wanted: string) =>
  new Map(setupGroups(setup).find(({ title }) => title === wanted)?.rows);

test('of a run that kept nothing but its configuration the rest is unknown', () => {
  const setup = setupOf({ teacher: 'mine' }, 0);
  const unknown = setupGroups(setup).flatMap(({ title, rows }) =>
    rows.filter(([, value]) => value === UNKNOWN).map(([name]) => `${title}: ${name}`),
  );
  expect(unknown).toEqual([
    'Run: Program',
    ...['Images, as it is now', 'Shape of an image', 'Classes', 'Fingerprint'].map((name) => `Data set: ${name}`),
    ...['What it is now', 'Validation accuracy, as it is now'].map((name) => `Teacher: ${name}`),
    ...['Test accuracy, as it is now', 'Hash of its weights'].map((name) => `Teacher: ${name}`),
    'Strategy: Other options',
    ...['Program', 'Node', 'System', 'Processor', 'Cores', 'Backend', 'Device'].map((name) => `Machine: ${name}`),
    ...['Threads a trainer', 'Instructions of our kernels'].map((name) => `Machine: ${name}`),
    ...setup.families.map(({ name }) => `Students: ${name}: Levels`),
  ]);
});

test('a teacher from elsewhere says what it is, and what it was never judged on is unknown', () => {
  const teacher = { title: 'Theirs', summary: 'Answers to the images of Mine that were given elsewhere.' };
  const rows = rowsOf(setupOf({ teacher: 'theirs' }, 1, { teacher }), 'Teacher');
  expect([rows.get('Teacher'), rows.get('What it is now')]).toEqual(['Theirs (theirs)', teacher.summary]);
  expect(rows.get('Test accuracy, as it is now')).toBe(UNKNOWN);
});

test('every setting of recipe and weights has a line, whichever there are', () => {
  const { recipe } = setupOf({}).run.config;
  const lines = rowsOf(setupOf({ recipe: { augmentation: { flip: true }, clipNorm: 2.5 } }), 'Training');
  const { augmentation, distillation: _, ...plain } = recipe;
  expect(lines.size).toBe(Object.keys(plain).length + Object.keys(augmentation).length);
  expect([lines.get('Augmentation: flip'), lines.get('Clip norm')]).toEqual(['yes', '2.5']);
  expect([...rowsOf(setupOf({ recipe: { distillation: { loss: 'dist' } } }), 'Distillation').keys()]).toEqual([
    ...['Learn from', 'Temperature', 'Weight', 'Inter', 'Intra'],
  ]);
});

test('a search that began with the table of the program says so, and no other does', () => {
  const [sha256, input] = ['ab'.repeat(32), { dataset: 'mine', prior: 'shipped' } as const];
  const rows = rowsOf(setupOf(input, 1, { table: { name: 'fashion-kd', results: 1194, sha256 } }), 'Strategy');
  expect(rows.get('Learned from')).toContain('(Fashion-MNIST), 1,194 results');
  expect(rows.get('Table, as it is shipped now')).toBe(`fashion-kd, SHA-256 ${sha256}`);
  const gone = rowsOf(setupOf(input, 1, { table: { name: 'fashion-kd', results: 7 } }), 'Strategy');
  expect(gone.get('Table, as it is shipped now')).toBe('fashion-kd, SHA-256 unknown');
  const without = rowsOf(setupOf({ dataset: 'mine' }), 'Strategy');
  expect(without.get('Learned from')).toBe('no earlier results');
  expect(without.has('Table, as it is shipped now')).toBe(false);
});

test('defaults of a strategy are told for the version that is here alone', () => {
  const { version, defaults } = trade;
  const [name = ''] = Object.keys(defaults);
  const option = `${optionWords(name).title} (${name})`;
  const here = rowsOf(setupOf({ strategy: { id: trade.id } }, version), 'Strategy');
  expect([option, here.get(option)]).toEqual([expect.stringMatching(/./), expect.stringMatching(/., the default$/)]);
  const older = rowsOf(setupOf({ strategy: { id: trade.id } }, version + 1), 'Strategy');
  expect(older.get('Version')).toBe(`${version + 1}; this program has ${version}`);
  expect([older.get(option), older.get('Other options')]).toEqual([undefined, UNKNOWN]);
});

test('each machine that it was searched on is told, and what computed as far as it is known', () => {
  const second = {
    ...MACHINE,
    at: '2026-02-04T04:05:06.000Z',
    backend: 'tensorflow 2.21.0',
    device: 'gpu',
    threads: 1,
  };
  const sources = { ...RECORDED_SOURCES, machines: [MACHINE, second] };
  const setup = setupOf({}, 1, { sources, earlier: [{ run: 'gone', results: 24 }] });
  expect(rowsOf(setup, 'Run').get('Program')).toBe('0.1.0');
  expect(rowsOf(setup, 'Machine').get('Backend')).toBe(UNKNOWN);
  const later = rowsOf(setup, `Machine, from ${second.at}`);
  expect([later.get('Backend'), later.get('Instructions of our kernels')]).toEqual(['tensorflow 2.21.0', 'none used']);
  expect(rowsOf(setup, 'Strategy').get('Learned from')).toBe('a run that is gone (gone), 24 results');
  expect(rowsOf(setup, 'Data set').get('Classes')).toBe("2: bag, it's a boot");
});
