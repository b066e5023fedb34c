/**
 * A long search of fast trials in one process, beside a window that hangs: memory, open files and
 * the database's log stay flat, or the exit code is 1. The trainer computes nothing; everything
 * else is the program itself. Needs Node 24.
 *
 *   npm run soak -- [--trials 2000] [--json]
 *
 * With `--json` the last line of stdout holds the figures of the first and of the last part, and
 * what grew.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fakeHost, makeResources, temporaryFolder } from '../tests/support/fake-host.ts';

const { values } = parseArgs({
  options: { trials: { type: 'string', default: '2000' }, json: { type: 'boolean', default: false } },
});
const trials = Number(values.trials);
if (!Number.isInteger(trials) || trials < 40) {
  process.stderr.write('--trials must be a whole number of 40 or more.\n');
  process.exit(2);
}

/** How much more than in the second tenth of the search there may be at its end. The run itself is
 * held, trial by trial. */
const MAY_GROW = { heapMegabytes: 16, openFiles: 4, logMegabytes: 16 } as const;
type Figures = Readonly<Record<keyof typeof MAY_GROW, number>>;

// Memory that could be freed does not count.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void; // what the flag brings

const folder = temporaryFolder();
process.on('exit', () => folder.remove());
makeResources(folder.path);
const host = await fakeHost(folder.path, { epochMs: 0 });
const { client } = host;
const samples: Figures[] = [];

function measure(): Figures {
  collectGarbage();
  const log = join(folder.path, 'workspace/workspace.sqlite-wal');
  return {
    heapMegabytes: process.memoryUsage().heapUsed / 1e6,
    openFiles: existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0,
    logMegabytes: existsSync(log) ? statSync(log).size / 1e6 : 0,
  };
}

const started = performance.now();
const changes = await client.events.watch();
// A window that hangs reads nothing any more: what waits for it must have an end.
const hanging = await client.events.watch();
const { run } = await client.runs.start({
  ...{ name: 'soak', strategy: { id: 'random' }, recipe: { epochs: 1 }, budget: { trials }, slots: 2 },
});
let next = trials / 10;
for await (const event of changes) {
  if (event.type !== 'run.changed') continue;
  const { summary } = event;
  const done = summary.trials.finished + summary.trials.failed;
  if (done >= next) {
    const figures = measure();
    samples.push(figures);
    next += trials / 10;
    process.stderr.write(`${done} of ${trials}: ${textOf(figures)}\n`);
  }
  if (summary.run.state !== 'running') break;
}
const end = await client.runs.get({ id: run.id });
const sound = await client.system.doctor();
await hanging.return?.(undefined);
await host.close();

const [first, last] = [samples[1] ?? samples[0], samples.at(-1)];
if (first === undefined || last === undefined) throw new Error('The search ended before anything was measured.');
// Sound: the keys of a literal.
const grew = (Object.keys(MAY_GROW) as (keyof Figures)[]).filter((key) => last[key] - first[key] > MAY_GROW[key]);
const faults = [
  ...grew,
  ...(end.trials.finished === trials ? [] : [`${end.trials.finished} of ${trials} trials finished`]),
  ...sound.problems,
];
const seconds = (performance.now() - started) / 1000;
if (values.json) process.stdout.write(`${JSON.stringify({ trials, seconds, first, last, faults })}\n`);
else {
  process.stdout.write(
    `${trials} trials in ${seconds.toFixed(0)} s\nat first ${textOf(first)}\nat last  ${textOf(last)}\n`,
  );
  process.stdout.write(faults.length === 0 ? 'All of it is flat.\n' : `Not as it should be: ${faults.join('; ')}\n`);
}
process.exit(faults.length === 0 ? 0 : 1);

function textOf({ heapMegabytes, openFiles, logMegabytes }: Figures): string {
  return `heap ${heapMegabytes.toFixed(1)} MB, ${openFiles} open files, log ${logMegabytes.toFixed(1)} MB`;
}
