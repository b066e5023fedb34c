/** The Python that speaks with Ray: named by `TRADE_PYTHON`, or a virtual environment in the user's
 * cache, which is made when somebody asks for it. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { userFolder } from '../../workspace/user-folders.ts';

const run = promisify(execFile);
const INSTALL_MS = 900_000;
const LAST_WORDS = 800;

export interface RayFiles {
  /** Our own Python, and what pip is to install. */
  readonly driver: string;
  readonly requirements: string;
}

export const rayFiles = (resources: string): RayFiles => ({
  driver: join(resources, 'ray', 'driver.py'),
  requirements: join(resources, 'requirements', 'ray.txt'),
});

/** Undefined where there is none: then Ray is not installed for this program. */
function findPython({ requirements }: RayFiles, env = process.env): string | undefined {
  const own = env['TRADE_PYTHON'];
  if (own !== undefined && own !== '') return own;
  if (!existsSync(requirements)) return undefined;
  const python = pythonIn(environmentFolder(requirements, env));
  return existsSync(python) ? python : undefined;
}

/** Throws `backend.missing`, with what to do. */
export function pythonForRay(files: RayFiles): string {
  const python = findPython(files);
  if (python !== undefined) return python;
  const advice = 'Install it in Settings, or by "trade ray install"; it takes 450 MB in your cache folder.';
  throw new WorkbenchError('backend.missing', `Ray is not installed for this program. ${advice}`);
}

/**
 * Makes the environment, or makes it anew. It comes into its place whole. Throws `backend.missing`
 * where there is no Python, or pip cannot do it.
 */
export async function installRay(
  files: RayFiles,
  tell: (stage: string) => void,
  signal: AbortSignal,
  env = process.env,
): Promise<void> {
  const folder = environmentFolder(files.requirements, env);
  const made = `${folder}.partial-${process.pid}`;
  const options = { signal, timeout: INSTALL_MS, maxBuffer: 1 << 26 };
  try {
    tell('making a Python environment');
    await run(env['TRADE_BASE_PYTHON'] ?? 'python3', ['-m', 'venv', made], options);
    tell('fetching Ray');
    await run(pythonIn(made), ['-m', 'pip', 'install', '--quiet', '-r', files.requirements], options);
    await run(pythonIn(made), ['-c', 'import ray'], options);
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (signal.aborted) throw new WorkbenchError('run.state', 'The installation was stopped: start it again.');
    const words = messageOf(error).slice(-LAST_WORDS);
    const advice = 'It needs Python 3.10 or newer with venv, and a network on which pip finds its packages.';
    throw new WorkbenchError('backend.missing', `Ray could not be installed. ${advice} ${words}`);
  }
}

const pythonIn = (folder: string): string =>
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');

/** One for each pinned version: `ray-2.60.0`. */
function environmentFolder(requirements: string, env: NodeJS.ProcessEnv): string {
  const [, version = 'any'] = /^ray.*==(\S+)/m.exec(readFileSync(requirements, 'utf8')) ?? [];
  return join(userFolder('cache', env), `ray-${version}`);
}
