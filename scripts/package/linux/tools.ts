/** This machine's own tools in the place of those that electron-builder would download. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../setup/files.mjs';
import { makeAppImageTools, quoted, writeScript } from './appimage-tools.ts';

interface ToolsQuestion {
  /** For what is put together here. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** electron-builder's own variables, as far as nobody has set them and the tools are here.
 * `APPIMAGE_RUNTIME`, a variable of ours: the runtime, or any AppImage, which begins with one.
 * `APPIMAGE_PACKING`: words for mksquashfs, for whoever has little time.
 * @throws an Error in words where that file is neither */
export function linuxTools({ folder, env }: ToolsQuestion): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const isFpmChosen = env['CUSTOM_FPM_PATH'] !== undefined || env['USE_SYSTEM_FPM'] === 'true';
  if (!isFpmChosen && findProgram(['dpkg-deb', 'rpmbuild'], env) !== undefined) {
    mkdirSync(folder, { recursive: true });
    const fpm = join(folder, 'fpm');
    writeScript(fpm, [`exec ${quoted(process.execPath)} ${quoted(join(import.meta.dirname, 'fpm.ts'))} "$@"`]);
    found['CUSTOM_FPM_PATH'] = fpm;
  }
  const mksquashfs = findProgram(['mksquashfs'], env);
  const runtime = env['APPIMAGE_RUNTIME'];
  if (env['APPIMAGE_TOOLS_PATH'] === undefined && mksquashfs !== undefined && runtime !== undefined) {
    const tools = join(folder, 'appimage');
    makeAppImageTools({ folder: tools, runtime, mksquashfs, packing: env['APPIMAGE_PACKING'] });
    found['APPIMAGE_TOOLS_PATH'] = tools;
  }
  return found;
}
