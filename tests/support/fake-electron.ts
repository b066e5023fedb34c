/** Electron's main process with the fake trainer and, by `register.ts`, a double of Electron:
 * `fake-electron.ts RESOURCES`. */
import { runElectronShell } from '../../src/main/electron-shell.ts';
import { FAKE_TRAINER, SAMPLE } from './fake-host.ts';

const [resources = ''] = process.argv.splice(2, 1);
runElectronShell({
  resources,
  sample: SAMPLE,
  trainer: { entry: FAKE_TRAINER, environment: { FAKE_TRAINER: process.env['FAKE_TRAINER'] ?? '{}' } },
});
