/** The command line with the fake trainer in the place of the real one:
 * `node fake-cli.ts RESOURCES VERB ...`. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/cli/program.ts';

const [resources = '', ...args] = process.argv.slice(2);
process.exitCode = await runProgram(args, {
  resources,
  shell: 'cli',
  trainer: {
    entry: fileURLToPath(new URL('./fake-trainer.ts', import.meta.url)),
    environment: { FAKE_TRAINER: process.env['FAKE_TRAINER'] ?? '{}' },
  },
});
