/** Fingerprints of what a game was played by: games that nothing has changed for need not be played
 * again. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ONE_SHOT_METHODS } from '../../src/core/one-shot/registry.ts';
import type { OneShotMethodId } from '../../src/core/one-shot/registry.ts';
import type { StrategyId } from '../../src/core/strategies/registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const core = join(root, 'src', 'core');

/** They have one maker. */
const oneShot = Object.fromEntries(
  Object.keys(ONE_SHOT_METHODS).map((id) => [id, 'strategies/one-shot/one-shot.ts']),
) as Readonly<Record<OneShotMethodId, string>>; // these are its keys

/** Where each of our strategies begins. */
export const STRATEGY_FILES: Readonly<Record<StrategyId, string>> = {
  trade: 'strategies/trade/trade.ts',
  'gp-ehvi': 'strategies/trade/trade.ts',
  'trade-m': 'strategies/trade/trade.ts',
  'trade-f': 'strategies/trade-f/trade-f.ts',
  random: 'strategies/random.ts',
  evolution: 'strategies/evolution.ts',
  nsga2: 'strategies/nsga2.ts',
  tpe: 'strategies/tpe/tpe.ts',
  akd: 'strategies/akd/akd.ts',
  sac: 'strategies/sac/sac.ts',
  'rank-nosh': 'strategies/rank-nosh/rank-nosh.ts',
  cenas: 'strategies/cenas/cenas.ts',
  'arch2vec-bo': 'strategies/arch2vec/bo.ts',
  'arch2vec-rl': 'strategies/arch2vec/rl.ts',
  'na-rs': 'strategies/na-rs.ts',
  smbo: 'strategies/smbo/smbo.ts',
  ...oneShot,
};
/** What plays them. It opens them by the registry, which reaches all of them and computes
 * nothing. */
const PLAYER = 'strategies/replay.ts';
const REGISTRY = 'strategies/registry.ts';
/** An import or re-export of more than types. */
const IMPORTS = /^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)'/gm;
export const hashOf = (...texts: readonly string[]): string =>
  texts
    .reduce((hash, text) => hash.update(text).update('\0'), createHash('sha256'))
    .digest('hex')
    .slice(0, 12);

/** Files of `src/core` that these reach by their imports, themselves among them, in the order of
 * their names. */
export function reachedBy(files: readonly string[]): readonly string[] {
  const reached = new Set(files);
  for (const file of reached) {
    for (const [, path = ''] of readFileSync(join(core, file), 'utf8').matchAll(IMPORTS)) {
      const target = posix.join(posix.dirname(file), path);
      if (target !== REGISTRY) reached.add(target);
    }
  }
  return [...reached].sort();
}

/** Hash of all that these strategies of ours are computed and played by. */
export function codeHash(strategies: readonly StrategyId[]): string {
  const files = reachedBy([PLAYER, ...strategies.map((id) => STRATEGY_FILES[id])]);
  return hashOf(...files.flatMap((path) => [path, readFileSync(join(core, path), 'utf8')]));
}

/** Hash of files, named from the root of the project. */
export const filesHash = (paths: readonly string[]): string =>
  hashOf(...paths.map((path) => readFileSync(join(root, path), 'utf8')));
