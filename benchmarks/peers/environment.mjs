/**
 * The Python environment of the peers, for benchmarks and nothing else; it lies in the user's cache
 * folder.
 *
 *   npm run bench:peers      makes it, or says that it is there
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Those that benchmarks/records/search-peers.jsonl was played with: others may propose
 * otherwise. */
const PACKAGES = [
  ...['torch==2.13.0', 'numpy==2.4.6', 'scipy==1.17.1'],
  // For `npm run bench:search`.
  ...['botorch==0.18.1', 'gpytorch==1.15.2', 'linear_operator==0.6.1'],
  ...['optuna==5.0.0', 'cmaes==0.13.1', 'pymoo==0.6.2'],
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
