/** The user's own folders for this product, by each system's own custom. */
import { homedir } from 'node:os';
import { isAbsolute, posix, win32 } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = {
  data: { xdg: 'XDG_DATA_HOME', other: ['.local', 'share'], mac: 'Application Support' },
  cache: { xdg: 'XDG_CACHE_HOME', other: ['.cache'], mac: 'Caches' },
  config: { xdg: 'XDG_CONFIG_HOME', other: ['.config'], mac: 'Preferences' },
} as const;

/** `data`: what people made; `cache`: what can be made again; `config`: how they want it. With
 * `inside`, a place in it. Paths are as that platform writes them. */
export function userFolder(
  kind: keyof typeof VARIABLES,
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
  ...inside: readonly string[]
): string {
  const { xdg, other, mac } = VARIABLES[kind];
  if (platform === 'win32') {
    return win32.join(env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'trade-workbench', ...inside);
  }
  if (platform === 'darwin') return posix.join(home, 'Library', mac, 'trade-workbench', ...inside);
  const own = env[xdg];
  // The XDG specification: a relative path is to be ignored.
  const base = own !== undefined && isAbsolute(own) ? own : posix.join(home, ...other);
  return posix.join(base, 'trade-workbench', ...inside);
}
