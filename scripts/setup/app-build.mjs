/** The built application in `out/`: the renderer for both shells, and the bundled entries of the
 * installed app. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { fingerprint, readJson, writeJson } from './files.mjs';
import { checkoutCache, node24Path } from './paths.mjs';

const CONFIG = 'electron.vite.config.ts';
const SOURCES = ['src', CONFIG, 'package.json', 'package-lock.json'];

const stampPath = (root) => join(checkoutCache(root), 'build.json');
const sourcesStamp = (root) => fingerprint(SOURCES.map((path) => join(root, path)));

export const buildStep = {
  title: 'Workbench: electron-vite build',
  isReady: ({ root }) =>
    !existsSync(join(root, CONFIG)) ||
    (existsSync(join(root, 'out')) && readJson(stampPath(root))?.sources === sourcesStamp(root)),
  async make({ root, env, platform, signal }) {
    const sources = sourcesStamp(root);
    rmSync(stampPath(root), { force: true });
    await runCommand(
      node24Path(root, platform),
      [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build'],
      {
        cwd: root,
        env,
        signal,
        what: `building the workbench in ${root}`,
        advice:
          'in a changed checkout correct what the lines above name (`npm run typecheck` says more); else run `npm ' +
          'ci` and try again.',
      },
    );
    writeJson(stampPath(root), { sources });
  },
};
