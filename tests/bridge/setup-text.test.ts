/** What is copied of a run asks for the same run: as a file, and through a shell that could take
 * parts of it for its own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stableJson } from '../../scripts/record-table/stable-json.ts';
import { expandConfig } from '../../src/bridge/config/expand-config.ts';
import { parseSearchText } from '../../src/bridge/config/parse-config.ts';
import { setupCommand, setupJson } from '../../src/bridge/config/setup-text.ts';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { familied } from '../support/familied.ts';

const LARGEST = { params: 2e6, macs: 5e7 };
const folder = mkdtempSync(join(tmpdir(), 'set up '));
afterAll(() => rmSync(folder, { recursive: true }));

const HOSTILE = `a 'b' "c" $HOME \`id\` $(id) \\ !! * ~ \u001b[31m \u202e # % é 🙂`;
const configOf = (more: Partial<SearchInput>) =>
  expandConfig(familied(searchInputSchema.parse({ name: 'One', ...more })), LARGEST, { baseline: 0.1 });

const CONFIGS: readonly [string, Partial<SearchInput>][] = [
  ['the defaults', {}],
  ['every kind of aim', { limits: { macs: 1e6, latencyMs: 2.5 }, objectives: ['accuracy', 'latencyMs', 'params'] }],
  ['a reward', { objectives: ['reward'], reward: { cost: 'params', target: 1e5, over: -1 } }],
  ['a budget in epochs', { budget: { epochs: 144 }, seed: 0xffffffff, slots: 3, trainImages: 500 }],
  ['earlier runs and options', { transferFrom: ['r1', 'r2'], strategy: { id: 'tpe', options: { a: 1e-7, b: 'x' } } }],
  ['no teacher', { recipe: { seconds: 0.1, distillation: { loss: 'none' } }, checkpoints: { keep: 'front' } }],
  ['given students', { strategy: { id: 'listed' }, students: [{ family: 'vit', config: { depth: 2, cls: true } }] }],
  ['a name that shells would read', { name: HOSTILE }],
  ['a name that would end the command', { name: 'END_OF_SEARCH', dataset: "it's\nEND_OF_SEARCH\n; exit 9" }],
];

describe('the set-up of a run', () => {
  it.each(CONFIGS)('with %s comes back from a file, letter for letter', (_what, more) => {
    const config = configOf(more);
    const file = join(folder, 'search.json');
    writeFileSync(file, setupJson({ ...config, datasetFingerprint: 'abc' }));
    const again = expandConfig(familied(parseSearchText(readFileSync(file, 'utf8'), file)), LARGEST);
    expect(stableJson(again)).toBe(stableJson(config));
  });

  it.skipIf(process.platform === 'win32').each(CONFIGS)(
    'with %s comes through a shell as one command, letter for letter',
    (_what, more) => {
      const config = configOf(more);
      const trade = join(folder, 'trade');
      writeFileSync(trade, '#!/bin/sh\nprintf "%s|" "$@"\ncat\n');
      chmodSync(trade, 0o755);
      const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
      const heard = execFileSync('/bin/sh', ['-c', setupCommand(config)], { env, encoding: 'utf8' });
      const { args, text } = /^(?<args>.*?\|)(?<text>\{.*)$/s.exec(heard)?.groups ?? {};
      expect(args).toBe('search|-|');
      expect(stableJson(expandConfig(familied(parseSearchText(text ?? '')), LARGEST))).toBe(stableJson(config));
    },
  );

  it('has no control character as itself: a terminal that it is pasted into would obey', () => {
    const text = setupCommand(configOf({ name: HOSTILE }));
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });
});
