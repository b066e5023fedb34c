/** What the web shell is started with. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHIVE_ENDING, isArchiveName } from '../bridge/schemas/archive.ts';
import { messageOf, WorkbenchError } from '../bridge/errors.ts';

export interface WebOptions {
  /** Absent: the user's data folder. */
  readonly workspace: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** Start the sample search in an empty workspace. */
  readonly sample: boolean;
  /** Path of the browser to open as an app window; absent: print the address alone. */
  readonly browser: string | undefined;
  /** Files of runs that the window is to ask about, as whole paths. */
  readonly archives: readonly string[];
}

const USAGE =
  'Usage: web [--workspace DIR] [--port N] [--sample] [--print | --open --browser PATH] ' +
  `[FILE${ARCHIVE_ENDING} ...]`;

/** Throws `usage.invalid`. */
export function readWebOptions(args: readonly string[]): WebOptions {
  const { values, positionals } = parse(args);
  const stray = positionals.find((name) => !isArchiveName(name));
  if (stray !== undefined) throw unusable(`"${stray}" is no file of exported runs (${ARCHIVE_ENDING}).`);
  if (values.open && values.print) throw unusable('--open and --print exclude each other.', '--open');
  if (values.open && values.browser === undefined) throw unusable('--open needs --browser PATH.', '--browser');
  return {
    workspace: values.workspace === undefined ? undefined : resolve(values.workspace),
    port: readPort(values.port),
    sample: values.sample === true,
    browser: values.open ? values.browser : undefined,
    archives: positionals.map((name) => resolve(name)),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        workspace: { type: 'string' },
        port: { type: 'string' },
        sample: { type: 'boolean' },
        print: { type: 'boolean' },
        open: { type: 'boolean' },
        browser: { type: 'string' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw unusable(messageOf(error));
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw unusable(`--port: "${text}" is no port; give a number from 0 to 65535.`, '--port');
}

function unusable(problem: string, field?: string): WorkbenchError {
  return new WorkbenchError('usage.invalid', `${problem}\n${USAGE}`, field === undefined ? {} : { field });
}
