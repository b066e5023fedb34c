/** Options of the web shell to the letter: which one is at fault, and where a port ends. */
import { describe, expect, it } from 'vitest';
import type { WorkbenchError } from '../../src/core/errors.ts';
import { readWebOptions } from '../../src/web/options.ts';

function refusal(args: readonly string[]): WorkbenchError {
  try {
    readWebOptions(args);
  } catch (error) {
    return error as WorkbenchError; // its code is asserted below
  }
  throw new Error('it was accepted');
}

describe('a wrong option', () => {
  it.each([
    [['--open', '--print', '--browser', 'x'], '--open', '--open and --print exclude each other.'],
    [['--open'], '--browser', '--open needs --browser PATH.'],
    [['--port', '8o'], '--port', '--port: "8o" is no port; give a number from 0 to 65535.'],
    [['stray.zip'], undefined, '"stray.zip" is no file of exported runs (.trade).'],
  ])('%j is named where a form could show it, in words and with the usage', (args, field, words) => {
    const error = refusal(args);
    expect([error.code, error.place]).toEqual(['usage.invalid', field === undefined ? {} : { field }]);
    const [first, usage] = error.message.split('\n');
    expect([first, usage]).toEqual([words, expect.stringMatching(/^Usage: web .*--workspace DIR.*--port N.*\.trade/)]);
  });

  it('that does not exist has no field, as no form has it', () => {
    expect(refusal(['--prot']).place).toEqual({});
  });
});

describe('a port', () => {
  it.each(['0', '1', '65535', '08080'])('may be %s', (port) =>
    expect(readWebOptions(['--port', port]).port).toBe(Number(port)),
  );
  it.each(['65536', '', ' 80', '80 ', '1e3', '0x50', '+80', 'x80', '80x', '8 0'])('may not be "%s"', (port) =>
    expect(refusal([`--port=${port}`]).place.field).toBe('--port'),
  );
});

it('without --open no browser is started, whatever path stands there', () => {
  expect(readWebOptions(['--browser', '/usr/bin/x'])).toMatchObject({ browser: undefined, sample: false });
  expect(readWebOptions(['--browser', '/usr/bin/x', '--print'])).toMatchObject({ browser: undefined });
});
