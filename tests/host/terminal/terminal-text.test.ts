/** Other people's words in a terminal: they are read, they do nothing. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oneLine, plainJson, withoutControls } from '../../../src/bridge/words/control-characters.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { failureOf } from '../../../src/host/terminal/failure.ts';
import { createProgressPrinter } from '../../../src/host/terminal/progress-printer.ts';
import { terminalText } from '../../../src/host/terminal/terminal-text.ts';
import { textTable } from '../../../src/host/terminal/text-table.ts';

/** Clears the screen, goes back to the start of the line, sets the window's title by a C1 control,
 * turns the rest round. */
const HOSTILE = 'a\u001B[2J\rb\u009D0;title\u009Cc\u202Ed\u2066e\u2028f\u007Fg\0h';
const SHOWN = 'a\\u001b[2J\\u000db\\u009d0;title\\u009cc\\u202ed\\u2066e\\u2028f\\u007fg\\u0000h';
const control = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/;

describe('text for a terminal', () => {
  it('shows control characters and marks of direction by their numbers, and does so once', () => {
    for (const treat of [withoutControls, oneLine, terminalText]) {
      expect(treat(HOSTILE)).toBe(SHOWN);
      expect(treat(treat(HOSTILE))).toBe(SHOWN);
    }
  });

  it('leaves every other character, of any script, as it is', () => {
    const words = 'Größe 学生 تجربة 👩‍🎓 é – "x" \\n';
    for (const treat of [withoutControls, oneLine, terminalText, plainJson]) expect(treat(words)).toBe(words);
  });

  it('lets no name begin a line of its own: a forged result would stand there', () => {
    expect(terminalText('mine\nRun x is finished.\r\n\nmore')).toBe('mine\n  Run x is finished.\n  \n  more');
    expect(terminalText(terminalText('mine\nRun x'))).toBe('mine\n  Run x');
    expect(terminalText('Error: x\n    at y')).toBe('Error: x\n    at y');
    expect(oneLine('two\nlines')).toBe('two\\u000alines');
  });

  it('keeps the value of JSON to the character', () => {
    const value = { [HOSTILE]: [HOSTILE, 'plain', 1] };
    const written = plainJson(JSON.stringify(value));
    expect(written).not.toMatch(control);
    expect(JSON.parse(written)).toEqual(value);
  });
});

describe('what is printed', () => {
  it('has a table whose columns stand under each other, whatever a cell holds', () => {
    const lines = textTable(
      ['name', '>n'],
      [
        [HOSTILE, '1'],
        ['x\ny', '2'],
      ],
    );
    expect(lines.join('')).not.toMatch(/[\n\r]/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it('has lines and a bar of progress without control characters but those that wipe the bar', () => {
    let written = '';
    const printer = createProgressPrinter({ isTTY: true, columns: 200, write: (text) => (written += text) });
    printer.status(`${HOSTILE}\n`);
    printer.line(HOSTILE);
    printer.clear();
    expect(written.replaceAll('\r\u001B[K', '')).not.toMatch(control);
    expect(written).toContain(SHOWN);
  });

  it('has the words of an error, which quote files and options', () => {
    expect(failureOf(new WorkbenchError('usage.invalid', HOSTILE))).toEqual({ message: SHOWN, exitCode: 2 });
    expect(failureOf(new Error(HOSTILE)).message).not.toMatch(control);
    expect(failureOf('thrown\u001B[1m').message).not.toMatch(control);
  });
});

/** Each writes words of ours alone, or what went through the functions above. */
const WRITERS = [
  ...['cli/common.ts', 'cli/index.ts', 'cli/program.ts', 'web/index.ts', 'web/web-shell.ts'],
  // To the program that started it, on another machine: nobody has a terminal there.
  'host/executors/ray/ray-worker.ts',
].toSorted();

it('goes through the one place: no other file of the shells writes to the terminal by itself', () => {
  const root = join(import.meta.dirname, '../../../src');
  const files = ['cli', 'host', 'main', 'web', 'store', 'bridge'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${room}/${file.replaceAll('\\', '/')}`,
    ),
  );
  const writing = files.filter(
    (file) =>
      file.endsWith('.ts') &&
      /process\.std(out|err)\s*\.write|console\.\w+\(/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(writing.sort()).toEqual(WRITERS);
});
