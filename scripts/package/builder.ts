/** electron-builder's configuration: what is packed, for whom, and that nothing ever looks for
 * updates. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from 'electron-builder';
import { APP_ID } from '../../src/main/app-id.ts';
import { throwFuses } from './fuses.ts';
import { APPIMAGE_TOOLS } from './parts.ts';
import { EXECUTABLE, outermost, packageAt, PRODUCT } from './stage.ts';
import type { Placed, Stage } from './stage.ts';

const ARCHIVE = { ext: 'trade', name: 'TRADE archive', description: 'Searches of the TRADE workbench' };

export interface PackOrder {
  readonly root: string;
  readonly stage: Stage;
  /** Of the packages and their unpacked form. */
  readonly output: string;
  /** Folder of an unpacked Electron, or of its zip file. */
  readonly electronDist: string;
  readonly electronVersion: string;
}

export function builderConfiguration({ root, stage, output, ...electron }: PackOrder): Configuration {
  return {
    appId: APP_ID,
    productName: PRODUCT,
    copyright: 'MIT licence',
    directories: { output, buildResources: join(root, 'resources/icons') },
    ...electron,
    // The app folder is put together by stage.ts, packages included: nothing is searched for,
    // installed or compiled.
    npmRebuild: false,
    files: [
      { from: '.', filter: ['package.json', 'out/**/*', '!**/*.map'] },
      ...outermost(stage.appPackages).map((path) => fileSet(packageAt(stage.app, path, path))),
    ],
    asar: true,
    asarUnpack: ['**/*.node'],
    extraResources: stage.beside.map(fileSet),
    // No update server, and so no file that names one.
    publish: null,
    fileAssociations: [{ ...ARCHIVE, mimeType: 'application/x-trade-archive', role: 'Editor' }],
    toolsets: { appimage: APPIMAGE_TOOLS },
    // What Electron shows without a program; electron-builder removes it from its own downloads
    // alone.
    afterExtract: async ({ packager, appOutDir }) => {
      for (const place of [join(packager.getResourcesDir(appOutDir), 'default_app.asar'), join(appOutDir, 'version')]) {
        rmSync(place, { force: true });
      }
    },
    afterPack: async ({ appOutDir, packager, electronPlatformName }) => {
      const ending = { darwin: '.app', win32: '.exe' }[electronPlatformName] ?? '';
      const name = electronPlatformName === 'linux' ? EXECUTABLE : packager.appInfo.productFilename;
      await throwFuses(join(appOutDir, `${name}${ending}`));
    },
    linux: {
      executableName: EXECUTABLE,
      icon: stage.icons.linux,
      category: 'Science',
      synopsis: 'Finds small networks that learn best from your teacher',
      maintainer: 'TRADE workbench <trade-workbench@localhost>',
    },
    deb: { compression: 'xz', priority: 'optional' },
    mac: { icon: stage.icons.mac, category: 'public.app-category.developer-tools' },
    dmg: { writeUpdateInfo: false },
    win: { icon: stage.icons.win },
    nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true, differentialPackage: false },
  };
}

/** electron-builder would have the lists to itself. */
const fileSet = ({ from, to, filter }: Placed) => ({ from, to, ...(filter && { filter: [...filter] }) });
