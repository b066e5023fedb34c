/** What of npm's packages no program needs to run. `docs/packaging.md` tells how much each cut
 * saves. */

/** Licences stay; they are collected in `resources/licences` besides. */
export const LEFT_OUT: readonly string[] = [
  ...['!**/*.map', '!**/*.{ts,mts,cts,tsbuildinfo}', '!**/*.{cc,cpp,c,h,gyp,gypi}', '!**/{test,tests,__tests__}/**'],
  ...['!**/{README,CHANGELOG,HISTORY,CONTRIBUTING}*', '!**/{Readme,readme,changelog,History,history}.md'],
  // Of tfjs: what its own bundler left behind, and drawings of its bundles.
  ...['!**/.rollup.cache/**', '!**/dist/**/*.html'],
];

/** A family of packages and what else is left out of each. */
interface Cut {
  readonly of: RegExp;
  readonly patterns: readonly string[];
}

const CUTS: readonly Cut[] = [
  // Node loads one file of each: its `main`, a bundle. The others are for browsers and bundlers.
  {
    of: /^node_modules\/@tensorflow\/tfjs(?:-core|-layers|-converter|-data|-backend-\w+)?$/,
    patterns: ['!dist/**/*.js', 'dist/*.node.js'],
  },
  // The bundle looks for these beside itself; the folder has them a second time.
  { of: /^node_modules\/@tensorflow\/tfjs-backend-wasm$/, patterns: ['!wasm-out/**'] },
  // Of building the binding, and of its own tests.
  {
    of: /^node_modules\/@tensorflow\/tfjs-node-gpu$/,
    patterns: ['!src/**', '!scripts/**', '!prep-gpu*', '!dist/**/*_test.js', '!dist/run_tests.js'],
  },
  // Binaries for every system: this one's alone. Electron and the Node that is shipped are for
  // glibc, never for musl.
  {
    of: /^node_modules\/better-sqlite3$/,
    patterns: ['!deps/**', '!src/**', '!prebuilds/**', `prebuilds/${process.platform}-${process.arch}.node`],
  },
];

/** Named by a package that never loads them: polyfills for old browsers, and types. */
const NEVER_LOADED =
  /(?:^|\/)node_modules\/(?:core-js|regenerator-runtime|openapi-types|undici-types|@types\/[^/]+|@webgpu\/types)$/;

/** `path`: a package's folder below the root, as in the lock file. */
export function isLoaded(path: string): boolean {
  return !NEVER_LOADED.test(path);
}

/** For electron-builder, which heeds the last pattern that fits. */
export function filterOf(path: string): readonly string[] {
  return ['**/*', ...LEFT_OUT, ...CUTS.filter(({ of }) => of.test(path)).flatMap(({ patterns }) => patterns)];
}
