import { describe, expect, it } from 'vitest';
import { effectScope } from 'vue';
import { COMMANDS } from '../../src/bridge/commands.ts';
import { findEntries, findOtherwise, studentAsked } from '../../src/renderer/commands/palette-entries.ts';
import { runCommand, useCommand, testing } from '../../src/renderer/commands/registry.ts';

const { liveCommand } = testing;

describe('a bound command', () => {
  it('goes to the innermost that can, and back to the outer one when that is gone', () => {
    const ran: string[] = [];
    const [outer, inner] = [effectScope(), effectScope()];
    let isThere = true;
    outer.run(() => useCommand('find', { run: () => ran.push('outer') }));
    inner.run(() => useCommand('find', { when: () => isThere, title: () => 'Inner', run: () => ran.push('inner') }));
    expect(liveCommand('find')?.words).toBe('Inner');
    runCommand('find');
    isThere = false;
    runCommand('find');
    inner.stop();
    runCommand('find');
    expect(ran).toEqual(['inner', 'outer', 'outer']);
    outer.stop();
    expect(runCommand('find')).toBe(false);
  });
});

describe('the palette', () => {
  const entry = (title: string, detail?: string) => ({
    key: title,
    title,
    run: () => undefined,
    ...(detail && { detail }),
  });
  const titles = (typed: string, ...entries: ReturnType<typeof entry>[]) =>
    findEntries(entries, typed).map(({ title }) => title);

  it('finds what holds every word, in any order and case, and first what begins with them', () => {
    expect(titles('run', entry('Newest run'), entry('Run again'), entry('Stop'))).toEqual(['Run again', 'Newest run']);
    expect(titles('ALL front', entry('Front of all runs'), entry('Front'))).toEqual(['Front of all runs']);
    expect(titles('paused', entry('A search', 'Paused'), entry('Another', 'Finished'))).toEqual(['A search']);
    expect(titles('  ', entry('A'), entry('B'))).toEqual(['A', 'B']);
  });

  it('finds what people call otherwise, by words that are not shown', () => {
    const hidden = Object.assign(entry('Switch the theme'), { also: 'dark light' });
    expect(titles('dark', hidden)).toEqual([]);
    expect(findOtherwise([hidden, entry('Undo')], 'dark')).toEqual([hidden]);
    // What bears the word is among the first already.
    expect(findOtherwise([hidden], 'theme')).toEqual([]);
    const words = Object.values(COMMANDS).map(({ title, also = '' }) => `${title} ${also}`.toLowerCase());
    for (const wanted of ['dark', 'backup', 'import', 'quit', 'delete', 'sweep', 'onnx', 'ray']) {
      expect(
        words.some((text) => text.includes(wanted)),
        wanted,
      ).toBe(true);
    }
  });

  it('reads a student’s number with and without its mark, alone and behind a run’s name', () => {
    expect(studentAsked('12')).toEqual({ number: 12, runName: '' });
    expect(studentAsked('#3')).toEqual({ number: 3, runName: '' });
    expect(studentAsked('student 7')).toEqual({ number: 7, runName: '' });
    expect(studentAsked('Small nets #40')).toEqual({ number: 40, runName: 'Small nets' });
    for (const none of ['', 'front', '#0', '12 a']) expect(studentAsked(none)).toBeUndefined();
  });
});
