/** What a package needs from outside of npm's registry: Electron's distribution and the tools that
 * electron-builder fetches. */
import { join } from 'node:path';
import { Arch } from 'electron-builder';
import { getAppImageTools, getFpmPath } from 'app-builder-lib/out/toolsets/linux.js';
import { findProgram } from '../setup/files.mjs';
import { checkoutCache } from '../setup/paths.mjs';
import type { Reporter } from '../setup/report.mjs';
import { getElectron } from '../setup/shells.mjs';
import type { TargetName } from './targets.ts';

export interface Missing {
  /** That cannot be made without it; absent: what is made is made without it. */
  readonly target?: TargetName;
  readonly part: string;
  /** How to give it. */
  readonly way: string;
}

/** Of AppImage's tools, as builder.ts asks for them. */
export const APPIMAGE_TOOLS = '1.0.3';

interface ElectronQuestion {
  readonly root: string;
  readonly report: Reporter;
  readonly electronVersion: string;
}

/** Where Electron lies unpacked; it is downloaded once where it can be. */
export async function findElectronFolder(question: ElectronQuestion): Promise<{ readonly folder: string } | Missing> {
  const { root, report, electronVersion } = question;
  const { env, platform, arch } = process;
  const folder = env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules/electron/dist');
  if ((await getElectron({ root, env, platform, report })) !== undefined) return { folder };
  return {
    part: `Electron's distribution (not in ${folder}, and not to be downloaded from here)`,
    way:
      `Unpack electron-v${electronVersion}-${platform}-${arch}.zip of ` +
      'https://github.com/electron/electron/releases and set ' +
      `ELECTRON_OVERRIDE_DIST_PATH to that folder; or delete ${join(checkoutCache(root), 'electron.json')} and ` +
      'try again where ' +
      'github.com can be reached.',
  };
}

const LINUX_TOOLS = {
  AppImage: {
    find: () => getAppImageTools(APPIMAGE_TOOLS, process.arch === 'arm64' ? Arch.arm64 : Arch.x64),
    part: 'the tools for an AppImage (mksquashfs, its runtime)',
    way:
      'Install squashfs-tools and set APPIMAGE_RUNTIME to any AppImage of type 2, or to the runtime of ' +
      'https://github.com/AppImage/type2-runtime/releases; or ' +
      `unpack appimage-tools-runtime-20251108.tar.gz of the release appimage@${APPIMAGE_TOOLS} of ` +
      'https://github.com/electron-userland/electron-builder-binaries and set APPIMAGE_TOOLS_PATH to that folder.',
  },
  deb: {
    find: getFpmPath,
    part: 'fpm, which writes a deb',
    way: 'Install dpkg, or fpm ("gem install fpm") and set USE_SYSTEM_FPM=true or CUSTOM_FPM_PATH.',
  },
  rpm: {
    find: () => Promise.resolve(needProgram('rpmbuild')),
    part: 'rpmbuild, which writes an rpm',
    way: 'Install it (Debian: "apt install rpm"; Fedora: "dnf install rpm-build").',
  },
  'tar.zst': {
    find: () => Promise.resolve(needProgram('tar')),
    part: 'tar, which writes an archive',
    way: 'Install GNU tar.',
  },
} as const;

const isLinuxTarget = (target: TargetName): target is keyof typeof LINUX_TOOLS => target in LINUX_TOOLS;

function needProgram(name: string): string {
  const found = findProgram([name]);
  if (found === undefined) throw new Error('it is not on the PATH');
  return found;
}

/** Nothing where it is there or could be fetched. The other systems' tools tell of themselves while
 * they work. */
export async function missingTool(target: TargetName, platform: NodeJS.Platform): Promise<readonly Missing[]> {
  if (platform !== 'linux' || !isLinuxTarget(target)) return [];
  const { find, part, way } = LINUX_TOOLS[target];
  try {
    await find();
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ target, part: `${part}: ${why}`, way }];
  }
}
