/** For mutation runs: one project of the room's tests, whose files share their modules, as a run of many hundred must. */
import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Small files first: they are about one module and quick, and the first test that fails ends the search. */
class SmallFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification): number => statSync(moduleId).size;
    return Promise.resolve([...files].sort((left, right) => size(left) - size(right)));
  }
}

export default defineConfig({
  cacheDir: '.cache/vite-mutation',
  test: {
    include: (process.env['MUTATION_TESTS'] ?? '').split(' '),
    exclude: ['**/node_modules/**'],
    isolate: false,
    sequence: { sequencer: SmallFirst },
    // The slowest machine's: a mutant that never ends is ended by Stryker.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
