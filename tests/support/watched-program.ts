/** A program that ends with its launcher, as the command line and the web shell do, and else
 * waits. */
import { endWithLauncher } from '../../src/host/terminal/launcher-watch.ts';

endWithLauncher();
setInterval(() => undefined, 60_000);
process.stdout.write(`${process.pid}\n`);
