/** A parent to be killed: forks a trainer on the order from standard input and prints its pid once
 * it trains. */
import { fork } from 'node:child_process';
import { text } from 'node:stream/consumers';

const [entry = ''] = process.argv.slice(2);
const order: object = JSON.parse(await text(process.stdin));
const child = fork(entry, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
child.on('message', function trains({ report }: { readonly report?: { readonly type: string } }) {
  if (report?.type !== 'epoch') return;
  child.off('message', trains);
  process.stdout.write(`${child.pid}\n`);
});
child.send(order);
