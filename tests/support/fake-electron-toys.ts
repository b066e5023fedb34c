/** The program in a real Electron with the fake trainer and the toys, which the processes that it
 * starts know too. All comes by the environment: the arguments are Chromium's and Playwright's. */
import '../contract/toys.ts';
import { runElectronShell } from '../../src/main/electron-shell.ts';
import { FAKE_TRAINER, SAMPLE } from './fake-host.ts';

// Electron itself would refuse them.
process.env['NODE_OPTIONS'] = process.env['FAKE_NODE_OPTIONS'];
runElectronShell({
  resources: process.env['FAKE_RESOURCES'] ?? '',
  sample: SAMPLE,
  trainer: { entry: FAKE_TRAINER, environment: { FAKE_TRAINER: process.env['FAKE_TRAINER'] ?? '{}' } },
});
