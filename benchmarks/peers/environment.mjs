/**
 * The Python environment of the peers, for benchmarks and nothing else; it lies in the user's cache folder.
 *
 *   npm run bench:peers      makes it, or says that it is there
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Lower bounds alone: registries differ in the newest build that they carry. */
const PACKAGES = [
  ...['torch>=2.9', 'numpy>=2.0'],
  // For `npm run bench:search`.
  ...['botorch>=0.16', 'gpytorch>=1.14', 'optuna>=4.5', 'cmaes>=0.12', 'pymoo>=0.6.1'],
];

function folder() {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return process.env['TRADE_PEERS'] || join(cache, 'trade-workbench', 'peers');
}

/** Path of its interpreter, whether it is there or not. */
export function peerPython() {
  return join(folder(), process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error || status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (!existsSync(peerPython())) {
    mkdirSync(dirname(folder()), { recursive: true });
    run('python3', '-m', 'venv', folder());
  }
  run(peerPython(), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES);
  run(peerPython(), '-c', 'import torch; print("torch", torch.__version__)');
}
