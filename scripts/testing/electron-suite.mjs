/** Which files of `tests/e2e` go in which shell, and why not in both. */

/** Of the browser by their nature: the reason is told after the run. */
export const NOT_IN_ELECTRON = Object.freeze({
  'tests/e2e/app-window.test.ts': 'how the web shell opens a browser, and keeps its token out of process lists',
  'tests/e2e/hostile-page.test.ts': "another page of the person's browser against the web shell's port and token",
});

/** Of Electron by their nature: `npm test` leaves them to `npm run e2e:electron`. */
export const ONLY_IN_ELECTRON = Object.freeze(['tests/e2e/electron*.test.ts']);

/** What of it CI runs, as vitest's filters: files in which a window meets its shell. The rest takes
 * longer than CI has left beside `npm test`. */
export const IN_CI = Object.freeze(['electron', 'export', 'open-archive', 'setup'].map((name) => `tests/e2e/${name}`));
