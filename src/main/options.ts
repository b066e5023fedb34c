/** What the Electron shell is started with: `[--workspace DIR] [--sample]`, among switches that are Chromium's own. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface ShellOptions {
  readonly workspace: string | undefined;
  readonly sample: boolean;
}

/** `args`: after the program's own path. Unknown switches are left to Chromium. */
export function readShellOptions(args: readonly string[]): ShellOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { workspace: { type: 'string' }, sample: { type: 'boolean' } },
    strict: false,
    allowPositionals: true,
  });
  const workspace = typeof values.workspace === 'string' ? resolve(values.workspace) : undefined;
  return { workspace, sample: values.sample === true };
}
