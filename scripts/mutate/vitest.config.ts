/** For mutation runs: one project of the room's tests, whose files share their modules, as a run of many hundred must. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: '.cache/vite-mutation',
  test: {
    include: (process.env['MUTATION_TESTS'] ?? '').split(' '),
    exclude: ['**/node_modules/**'],
    isolate: false,
    // The slowest machine's: a mutant that never ends is ended by Stryker.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
