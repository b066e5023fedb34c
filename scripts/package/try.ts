/**
 * Tries packages as a person would: installs or unpacks each, starts it from its menu entry on a
 * display of its own, runs the sample search to its end, opens a file of runs, ends it, uninstalls
 * it and looks for what is left. On Linux, with Xvfb; a deb by root alone. A quarter of an hour.
 *
 *   npm run package:try [-- FILE ... --pictures FOLDER --students N]
 *
 * Without files it tries those in release/. `--students`: of the sample search, where its end would
 * take too long; 0: that it begins.
 *
 * Exit codes: 0 all went well, 1 something did not, 2 bad usage, 130 stopped.
 */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packToFile } from '../../src/host/for-shells.ts';
import { generateWorkspace } from '../make-workspace/generate.ts';
import { findProgram } from '../setup/files.mjs';
import { packageRoot as root } from '../setup/paths.mjs';
import { createReporter } from '../setup/report.mjs';
import { startDisplay } from './try/display.ts';
import { installDeb, whyNotInstalled } from './try/installed.ts';
import { NOBODY, openTemporary } from './try/place.ts';
import type { Place } from './try/place.ts';
import { unpackAppImage, unpackArchive } from './try/unpacked.ts';
import { MARK, processesOf, walk } from './try/walk.ts';

const RUNS = 2;
const report = createReporter();
const { values, positionals } = parseArgs({
  options: { pictures: { type: 'string' }, students: { type: 'string' } },
  allowPositionals: true,
});
const files = (positionals.length > 0 ? positionals : globSync('release/*.{deb,AppImage,tar.zst}', { cwd: root })).map(
  (file) => resolve(positionals.length > 0 ? process.cwd() : root, file),
);
const kinds = { '.deb': installed, '.AppImage': unpackAppImage, '.zst': unpackArchive } as const;
const unknown = files.filter((file) => !Object.hasOwn(kinds, extname(file)) || !existsSync(file));
const lacking = ['Xvfb', ...(process.getuid?.() === 0 ? ['setpriv'] : [])].filter((one) => !findProgram([one]));
if (files.length === 0 || unknown.length > 0 || process.platform !== 'linux') {
  report.line(
    unknown.length > 0
      ? `npm run package:try: ${unknown.join(', ')} is no deb, AppImage or tar.zst.`
      : 'npm run package:try: there is no package for Linux in release/: run "npm run package" first.',
  );
  process.exit(2);
}
const enough = values.students === undefined ? undefined : Number(values.students);
if (enough !== undefined && !(Number.isInteger(enough) && enough >= 0)) {
  report.line(`npm run package:try: --students takes a whole number, not "${values.students}".`);
  process.exit(2);
}
if (lacking.length > 0) {
  report.line(`npm run package:try: ${lacking.join(', ')} is missing (Debian: apt install xvfb util-linux).`);
  process.exit(1);
}

/** Everything of the trial; open to whoever the programs run as. */
const scratch = realpathSync(mkdtempSync(join(openTemporary(), 'trade-try-')));
chmodSync(scratch, 0o755);
const display = await startDisplay();
let tried: NodeJS.ProcessEnv = {};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
process.once('exit', () => {
  for (const pid of processesOf(tried)) process.kill(pid, 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
});
const table: string[] = [];
try {
  const archive = { file: join(scratch, 'Two runs.trade'), runs: RUNS };
  const source = join(scratch, 'source');
  generateWorkspace(source, { runs: RUNS, trials: 12, epochs: 2, large: 6, seed: 3 });
  await packToFile({ workspace: source, file: archive.file }, () => undefined, new AbortController().signal);
  chmodSync(archive.file, 0o644);
  for (const file of files) table.push(await tryOne(file, archive));
} finally {
  display.stop();
}
process.stdout.write(`${['package | size | installed by | computes | sample search | left', ...table].join('\n')}\n`);

async function tryOne(file: string, archive: { readonly file: string; readonly runs: number }): Promise<string> {
  const name = basename(file);
  const home = mkdirOfPerson(`${extname(file).slice(1)} home`);
  const folder = mkdirOfPerson(`${extname(file).slice(1)} program`);
  const env = {
    ...{ HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home, PATH: process.env['PATH'], LANG: 'C.UTF-8' },
    ...{ DISPLAY: display.name, DBUS_SESSION_BUS_ADDRESS: 'disabled:', [MARK]: folder },
  };
  tried = env;
  const keep = (shown: string, picture: Buffer): void => {
    if (values.pictures === undefined) return;
    mkdirSync(values.pictures, { recursive: true });
    writeFileSync(join(values.pictures, `package-${extname(file).slice(1)}-${shown}.png`), picture);
  };
  const tell = (line: string): void => report.line(`  ${name}: ${line}`);
  const download = join(scratch, name);
  let place: Place | undefined;
  try {
    const unpack = kinds[extname(file) as keyof typeof kinds]; // looked at above
    // Downloads lie where their person comes to them.
    copyFileSync(file, download);
    chmodSync(download, 0o644);
    place = await report.step(name, async () => unpack({ file: download, folder, env }));
    const size = `${(statSync(file).size / 1e6).toFixed(0)} MB`;
    const { backend, students, state, seconds } = await walk({ place, env, archive, enough, keep, tell });
    const left = await place.remove();
    for (const line of left) tell(`left: ${line}`);
    if (left.length > 0) process.exitCode = 1;
    const search = `${state}, ${students} students, ${seconds} s`;
    return [name, size, place.how, backend, search, left.length === 0 ? 'nothing' : `${left.length} files`].join(' | ');
  } catch (error) {
    process.exitCode = 1;
    await place?.remove().catch(() => undefined);
    report.line(error instanceof Error ? error.message : String(error));
    return `${name} | failed: ${String(error).split('\n')[0]}`;
  } finally {
    rmSync(download, { force: true });
  }
}

function mkdirOfPerson(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder, { mode: 0o700 });
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY);
  return folder;
}

async function installed(order: Parameters<typeof unpackArchive>[0]): Promise<Place> {
  const reason = whyNotInstalled();
  if (reason !== undefined) throw new Error(`It was not installed: ${reason}.`);
  return installDeb({ ...order, folder: join(scratch, 'layers'), shared: ['/tmp', scratch] });
}
