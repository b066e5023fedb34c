/** Whether a game counts as played by the code that is there hangs on these: too few files, and old
 * games pass as new. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeHash, reachedBy, STRATEGY_FILES } from '../../../benchmarks/search/hashes.ts';
import { playsTables, STRATEGIES } from '../../../src/core/strategies/registry.ts';
import type { StrategyId } from '../../../src/core/strategies/registry.ts';

// Sound: these are its keys. Who needs networks plays no games.
const IDS = (Object.keys(STRATEGIES) as StrategyId[]).filter((id) => playsTables(STRATEGIES[id].info));

describe('code that a strategy is played by', () => {
  it.each(IDS)("%s begins in the file that defines it, or games would be held to another's code", (id) => {
    const text = readFileSync(`src/core/${STRATEGY_FILES[id]}`, 'utf8');
    expect(text).toContain(`id: '${id}'`);
  });

  it('is all of it: surrogate, acquisition, regions and settings of TRADE, through imports of several lines', () => {
    const files = reachedBy([STRATEGY_FILES.trade]);
    for (const part of [
      'surrogate/fit.ts',
      'acquisition/ehvi.ts',
      'strategies/trade/regions.ts',
      'strategies/trade/constants.ts',
      'math/minimize.ts',
    ]) {
      expect(files).toContain(part);
    }
  });

  it('is none of what computes nothing for it: other strategies, the registry, networks', () => {
    const files = reachedBy([STRATEGY_FILES.random]);
    expect(files.filter((file) => /surrogate|trade|akd|registry|^arch/.test(file))).toEqual([]);
  });

  it('differs between strategies of different code, and not with the order in which they are named', () => {
    expect(codeHash(['random'])).not.toBe(codeHash(['trade']));
    expect(codeHash(['random', 'trade'])).toBe(codeHash(['trade', 'random']));
    expect(codeHash(['gp-ehvi'])).toBe(codeHash(['trade']));
  });
});
