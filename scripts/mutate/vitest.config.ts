/** For mutation runs: one project of the room's tests, whose files share their modules, as a run of
 * many hundred must. */
import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** The first test that fails ends the search: those that bear the name of the mutated file begin,
 * then small ones. */
class LikeliestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Tests lie on one floor: `archive/records.ts` is what `archive-records.test.ts` is about.
    const mutated = (this.ctx.config.related ?? []).flatMap((file) => {
      const name = basename(file, '.ts');
      return [name, `${basename(dirname(file))}-${name}`];
    });
    const isNamesake = ({ moduleId }: TestSpecification): boolean =>
      mutated.some((name) => basename(moduleId).startsWith(name));
    const size = ({ moduleId }: TestSpecification): number => statSync(moduleId).size;
    return Promise.resolve(
      [...files].sort(
        (left, right) => Number(isNamesake(right)) - Number(isNamesake(left)) || size(left) - size(right),
      ),
    );
  }
}

export default defineConfig({
  cacheDir: '.cache/vite-mutation',
  test: {
    include: (process.env['MUTATION_TESTS'] ?? '').split(' '),
    exclude: ['**/node_modules/**'],
    isolate: false,
    sequence: { sequencer: LikeliestFirst },
    // The slowest machine's: a mutant that never ends is ended by Stryker.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
