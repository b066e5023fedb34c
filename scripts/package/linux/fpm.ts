/**
 * Stands in for fpm, which electron-builder would download: as much of it as electron-builder asks
 * for, written with the system's own `dpkg-deb` or `rpmbuild`.
 *
 *   fpm.ts -s dir -t deb|rpm --package FILE --name NAME ... FROM=/TO ...
 */
import { makeDeb } from './deb.ts';
import { readOrder } from './order.ts';
import { makeRpm } from './rpm.ts';

try {
  const order = readOrder(process.argv.slice(2));
  await (order.kind === 'deb' ? makeDeb(order) : makeRpm(order));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
