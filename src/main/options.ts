/** What the Electron shell is started with: `[--workspace DIR] [--sample] [FILE.trade ...]`, among
 * switches that are Chromium's own. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { archivesAmong } from './opening.ts';

export interface ShellOptions {
  readonly workspace: string | undefined;
  readonly sample: boolean;
  /** To be taken in, as whole paths. */
  readonly archives: readonly string[];
}

/** `args`: after the program's own path; relative paths go from `folder`. Unknown switches are left
 * to Chromium. */
export function readShellOptions(args: readonly string[], folder = process.cwd()): ShellOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { workspace: { type: 'string' }, sample: { type: 'boolean' } },
    strict: false,
    allowPositionals: true,
  });
  const workspace = typeof values.workspace === 'string' ? resolve(folder, values.workspace) : undefined;
  return { workspace, sample: values.sample === true, archives: archivesAmong(positionals, folder) };
}
