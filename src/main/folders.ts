/** Where the program's own files lie. In a checkout this file is in src/main, in a build in
 * out/main, in an installed app in its archive. */
import { join, resolve } from 'node:path';
import { app } from 'electron';

/** Of what Electron runs and shows: preload and the built page. */
export const CODE_ROOT = resolve(import.meta.dirname, '../..');

/** Of what plain Node reads, which cannot look into an archive: bundled data, examples, icons. */
export function dataRoot(): string {
  return app.isPackaged ? join(process.resourcesPath, 'program') : CODE_ROOT;
}
