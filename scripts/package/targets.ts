/** The packages that can be made, and on which system. */
import { Arch, Platform } from 'electron-builder';

type System = 'linux' | 'darwin' | 'win32';
export type TargetName = keyof typeof TARGETS;

const PLATFORMS = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS } as const;
const SYSTEM_NAMES = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' } as const;

const target = (name: string, systems: readonly System[]) => ({
  systems,
  of(platform: NodeJS.Platform): ReturnType<Platform['createTarget']> {
    const arch = process.arch === 'arm64' ? Arch.arm64 : Arch.x64;
    if (!isSystem(platform)) throw new Error(`Nothing can be made on ${platform}.`);
    return PLATFORMS[platform].createTarget(name, arch);
  },
});

export const TARGETS = {
  /** The program as it lies on the disk, without an installer. */
  dir: target('dir', ['linux', 'darwin', 'win32']),
  AppImage: target('AppImage', ['linux']),
  deb: target('deb', ['linux']),
  /** Made where it is asked for: `rpmbuild` is on few systems that use no rpm. */
  rpm: target('rpm', ['linux']),
  /** For people without root; made by linux/portable.ts. */
  'tar.zst': target('dir', ['linux']),
  dmg: target('dmg', ['darwin']),
  nsis: target('nsis', ['win32']),
} as const;

/** Not among all. */
const ON_WISH: readonly TargetName[] = ['dir', 'rpm'];

/** All of this system's where none is named; words about what is wrong otherwise. */
export function targetsOf(asked: readonly string[], platform: NodeJS.Platform): readonly TargetName[] | string {
  if (!isSystem(platform)) return `there are packages for Linux, macOS and Windows, none for ${platform}.`;
  // Sound: the keys of a record are of its key type.
  const names = Object.keys(TARGETS) as TargetName[];
  const unknown = asked.filter((name) => !names.some((one) => one === name));
  if (unknown.length > 0) return `there is no package "${unknown.join('", "')}"; there are ${names.join(', ')}.`;
  const chosen = names.filter((name) => (asked.length > 0 ? asked.includes(name) : !ON_WISH.includes(name)));
  const foreign = asked.length > 0 ? chosen.find((name) => !TARGETS[name].systems.includes(platform)) : undefined;
  if (foreign !== undefined) {
    const where = TARGETS[foreign].systems.map((system) => SYSTEM_NAMES[system]).join(' or ');
    return (
      `${foreign} is made on ${where} alone, with the binaries that set-up has there: run "npm run ` + 'package" there.'
    );
  }
  return chosen.filter((name) => TARGETS[name].systems.includes(platform));
}

function isSystem(platform: NodeJS.Platform): platform is System {
  return platform in PLATFORMS;
}
