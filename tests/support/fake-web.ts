/** The web shell with the fake trainer in the place of the real one:
 * `node fake-web.ts RESOURCES OPTION ...`. */
import { FAKE_TRAINER, SAMPLE } from './fake-host.ts';
import { runWebShell } from '../../src/web/web-shell.ts';

const [resources = '', ...args] = process.argv.slice(2);
await runWebShell(args, {
  resources,
  sample: SAMPLE,
  trainer: { entry: FAKE_TRAINER, environment: { FAKE_TRAINER: process.env['FAKE_TRAINER'] ?? '{}' } },
});
