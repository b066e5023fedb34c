/** What the stand-in for Electron's binary runs: `stub-main.ts EXECUTABLE ...`, EXECUTABLE in the
 * installed folder. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extractAll } from '@electron/asar';
import '../electron-double/register.ts';

const [executable = '', ...rest] = process.argv.slice(2);
const installed = join(dirname(executable), 'resources');
const mirror = mkdtempSync(join(tmpdir(), 'trade stub '));
process.on('exit', () => rmSync(mirror, { recursive: true, force: true }));

// To Electron an archive is a folder like any other.
const resources = join(mirror, 'resources');
mkdirSync(resources);
extractAll(join(installed, 'app.asar'), join(resources, 'app.asar'));
for (const name of readdirSync(installed)) {
  if (name !== 'app.asar') symlinkSync(join(installed, name), join(resources, name));
}

// What Electron adds to `process`.
Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: 'stub' } });
Object.defineProperty(process, 'resourcesPath', { value: resources });
process.argv = [executable, ...rest];
process.env['DOUBLE_PACKAGED'] = '1';
await import(pathToFileURL(join(resources, 'app.asar/out/main/index.js')).href);
