import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acceleratorOf, COMMANDS, isCommandId, keyCaps, VIEWS } from '../../src/bridge/commands.ts';

const RENDERER = join(import.meta.dirname, '../../src/renderer');

describe('the table of commands', () => {
  it('gives no key to two commands, of which one would never be heard', () => {
    const keys = Object.values(COMMANDS).flatMap((spec) => spec.keys.map((key) => key.toUpperCase()));
    expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
  });

  it('has nothing that no view binds: a dead line of the help sheet', () => {
    const source = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(vue|ts)$/.test(path))
      .map((path) => readFileSync(join(RENDERER, path), 'utf8'))
      .join('\n');
    const bound = new Set([...source.matchAll(/useCommand\(\s*'([^']+)'/g)].map(([, id]) => id));
    expect(Object.keys(COMMANDS).filter((id) => !id.startsWith('view.') && !bound.has(id))).toEqual([]);
    expect(source).toContain('useCommand(`view.${id}`');
  });

  it('numbers the views as the rail lists them', () => {
    expect(VIEWS.map(({ id }) => COMMANDS[`view.${id}`].keys.at(-1))).toEqual(
      VIEWS.map((_, index) => String(index + 1)),
    );
  });

  it('tells keys as they are printed on them', () => {
    expect(keyCaps('$mod+K', false)).toEqual(['Ctrl', 'K']);
    expect(keyCaps('$mod+K', true)).toEqual(['⌘', 'K']);
    expect(keyCaps('[Shift]+?', false)).toEqual(['?']);
  });

  it('gives menus chords alone: a bare letter there would be taken from whoever types it', () => {
    expect(acceleratorOf(COMMANDS['palette.open'])).toBe('CmdOrCtrl+K');
    expect(acceleratorOf(COMMANDS['run.pause'])).toBeUndefined();
    expect(acceleratorOf(COMMANDS['student.pin'])).toBeUndefined();
  });

  it('knows its own names from those that an object is born with', () => {
    expect(isCommandId('find')).toBe(true);
    for (const other of ['toString', 'constructor', '', 7, undefined]) expect(isCommandId(other)).toBe(false);
  });
});
