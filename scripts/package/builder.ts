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

export const ARCHIVE = {
  ...{ ext: 'trade', name: 'TRADE archive', description: 'Searches of the TRADE workbench' },
  mimeType: 'application/x-trade-archive',
};
export const SUMMARY = 'Finds small networks that learn best from your teacher';

/** Of Electron, which links them or loads them by name, and what opens its links. Newer systems
 * have some by another name and provide these. */
const DEB_DEPENDS = [
  ...['libasound2', 'libatk-bridge2.0-0', 'libatk1.0-0', 'libatspi2.0-0', 'libcairo2', 'libcups2', 'libdbus-1-3'],
  ...['libdrm2', 'libexpat1', 'libgbm1', 'libglib2.0-0', 'libgtk-3-0', 'libnotify4', 'libnspr4', 'libnss3'],
  ...['libpango-1.0-0', 'libsecret-1-0', 'libuuid1', 'libx11-6', 'libxcb1', 'libxcomposite1', 'libxdamage1'],
  ...['libxext6', 'libxfixes3', 'libxkbcommon0', 'libxrandr2', 'libxss1', 'libxtst6', 'xdg-utils'],
  // Of Node and TensorFlow: 2.28 is Node 24's.
  ...['libc6 (>= 2.28)', 'libstdc++6', 'libgcc-s1'],
];

export interface PackOrder {
  readonly root: string;
  readonly stage: Stage;
  /** Of the packages and their unpacked form. */
  readonly output: string;
  /** Folder of an unpacked Electron, or of its zip file. */
  readonly electronDist: string;
  readonly electronVersion: string;
}

export function builderConfiguration(order: PackOrder): Configuration {
  const { root, stage, output, electronDist, electronVersion } = order;
  return {
    appId: APP_ID,
    productName: PRODUCT,
    copyright: 'MIT licence',
    directories: { output, buildResources: join(root, 'resources/icons') },
    electronDist,
    electronVersion,
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
    fileAssociations: [{ ...ARCHIVE, role: 'Editor' }],
    toolsets: { appimage: APPIMAGE_TOOLS },
    // What Electron shows without a program; electron-builder removes it from its own downloads
    // alone.
    afterExtract: async ({ packager, appOutDir }) => {
      for (const place of [join(packager.getResourcesDir(appOutDir), 'default_app.asar'), join(appOutDir, 'version')]) {
        // An archive, or as Electron takes it too, a folder.
        rmSync(place, { recursive: true, force: true });
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
      synopsis: SUMMARY,
      maintainer: 'TRADE workbench <trade-workbench@localhost>',
    },
    appImage: { artifactName: '${name}-${version}-${arch}.${ext}' },
    deb: { compression: 'xz', priority: 'optional', depends: DEB_DEPENDS, recommends: [] },
    mac: { icon: stage.icons.mac, category: 'public.app-category.developer-tools' },
    dmg: { writeUpdateInfo: false },
    win: { icon: stage.icons.win },
    nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true, differentialPackage: false },
  };
}

/** electron-builder would have the lists to itself. */
const fileSet = ({ from, to, filter }: Placed) => ({ from, to, ...(filter && { filter: [...filter] }) });
