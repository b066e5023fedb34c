/**
 * What a person does with a program that was just installed: starts it from the menu, lets the
 * sample search run to its end, opens a file of runs, and ends it.
 */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { commandOf } from './desktop-entry.ts';
import { openPage } from './page.ts';
import type { Page } from './page.ts';
import { runIn, startIn } from './place.ts';
import type { Place } from './place.ts';

export interface WalkOrder {
  readonly place: Place;
  readonly env: NodeJS.ProcessEnv;
  /** Trained students of the sample search that are enough; absent: its end. */
  readonly enough: number | undefined;
  /** A file of runs, and how many they are. */
  readonly archive: { readonly file: string; readonly runs: number };
  /** Takes a PNG and what it shows. */
  readonly keep: (name: string, picture: Buffer) => void;
  readonly tell: (line: string) => void;
}

/** As `trade runs --json` prints it. */
interface RunList {
  readonly runs: readonly {
    readonly state: string;
    readonly name: string;
    readonly trials: number;
    readonly failed: number;
  }[];
}

export interface Walked {
  /** What computes in it, by its own words. */
  readonly backend: string;
  /** Students of the sample search that were begun and have not failed. */
  readonly students: number;
  /** Of the sample search. */
  readonly state: string;
  readonly seconds: number;
}

const MINUTE = 60_000;
/** examples/fashion-quick.json. */
const SAMPLE = 'Fashion quick';
/** Of the sample search, on a slow machine. */
const SEARCH_LIMIT = 40 * MINUTE;
/** By which its processes are found again. */
export const MARK = 'TRADE_TRIED_AS';

export async function walk({ place, env, archive, enough, keep, tell }: WalkOrder): Promise<Walked> {
  const trade = join(place.program, 'resources/bin/trade');
  const backend = describeBackend(runIn(place, [trade, 'backend', '--json'], env));
  tell(`computes: ${backend}`);
  const started = performance.now();
  const [program = '', ...args] = commandOf(place.entry, []);
  const child = startIn(place, [program, ...args, '--remote-debugging-port=0', '--sample'], env);
  const output = collect(child);
  let page: Page | undefined;
  try {
    page = await openPage(await portIn(child, output), 5 * MINUTE);
    await page.until('the sample search', RUNNING, 5 * MINUTE);
    tell('the sample search runs');
    await searched(page, enough);
    const seconds = Math.round((performance.now() - started) / 1000);
    tell(`the sample search is where it was to come after ${seconds} s`);
    keep('searched', await page.picture());
    // As a file manager does: the second start hands the file over and ends.
    runIn(place, commandOf(place.entry, [archive.file]), env);
    await page.until('the question about the file', OFFERED, 5 * MINUTE);
    keep('opened', await page.picture());
    await page.evaluate(TAKE_IN);
    await page.until('the runs of the file', rowsAre(archive.runs + 1), 5 * MINUTE);
    tell(`${archive.runs} runs of a .trade file are taken in`);
    await end(child, env);
    const { runs }: RunList = JSON.parse(runIn(place, [trade, 'runs', '--json'], env)); // our own
    const sample = runs.find(({ name }) => name === SAMPLE);
    // What still ran was paused by the end of the program.
    const isRight = sample?.state === (enough === undefined ? 'finished' : 'paused');
    if (sample === undefined || !isRight || runs.length !== archive.runs + 1) {
      throw new Error(`The workspace holds other runs afterwards: ${JSON.stringify(runs)}`);
    }
    return { backend, students: sample.trials - sample.failed, state: sample.state, seconds };
  } catch (error) {
    const picture = await page?.picture().catch(() => undefined);
    if (picture !== undefined) keep('failed', picture);
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`${words}\nThe end of its output:\n${output().slice(-2000)}`, { cause: error });
  } finally {
    page?.close();
    for (const pid of processesOf(env)) process.kill(pid, 'SIGKILL');
  }
}

async function searched(page: Page, enough: number | undefined): Promise<void> {
  if (enough === undefined) await page.until('the end of the sample search', `!${RUNNING}`, SEARCH_LIMIT);
  else await page.until(`student ${enough}`, `${TRAINED} >= ${enough} || !${RUNNING}`, SEARCH_LIMIT);
  const isRight = enough === undefined ? FINISHED : RUNNING;
  if ((await page.evaluate(isRight)) !== true) {
    throw new Error(`The sample search stopped before its end: ${await page.evaluate('document.body.innerText')}`);
  }
}

/** `trade backend --json`, in a few words. */
function describeBackend(text: string): string {
  const { backend, version, kernels, versions }: Backend = JSON.parse(text); // our own
  const ours =
    kernels === undefined ? 'no kernels of our own' : `${versions.kernels} kernels for ${kernels.instructions}`;
  return `${backend} ${version}, ${ours}, Node ${versions.Node}`;
}

interface Backend {
  readonly backend: string;
  readonly version: string;
  readonly versions: { readonly kernels?: string; readonly Node: string };
  readonly kernels?: { readonly instructions: string };
}

/** Expressions of the page. */
const BAR = `document.querySelector('[aria-label="About this sample search"]')`;
const STOP = `[...${BAR}.querySelectorAll('button')].some((one) => one.textContent.includes('Stop it'))`;
const RUNNING = `(${BAR} !== null && ${STOP})`;
/** The state beside the name of the run. */
const FINISHED = `document.body.innerText.includes('Finished')`;
/** "3 of 24 students", in the head of the run. */
const TRAINED = `Number(/(\\d+) of \\d+ students/.exec(document.body.innerText)?.[1])`;
const DIALOG = `document.querySelector('[role=alertdialog]')`;
const OFFERED = `${DIALOG}?.textContent.includes('Take in these runs?') === true`;
const TAKE_IN = `[...${DIALOG}.querySelectorAll('button')].find((one) => one.textContent === 'Take in').click()`;
/** The list of searches, which the page goes to by itself. */
const rowsAre = (count: number): string => `document.querySelectorAll('.body [role=row]').length === ${count}`;

function collect(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  return () => output;
}

/** Chromium says it once, on stderr. */
async function portIn(child: ChildProcess, output: () => string): Promise<number> {
  for (let waited = 0; waited < 5 * MINUTE; waited += 200) {
    const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(output())?.[1];
    if (port !== undefined) return Number(port);
    if (child.exitCode !== null) throw new Error(`The program ended at its start with ${child.exitCode}.`);
    await sleep(200);
  }
  throw new Error('The program opened no port for its window.');
}

/** As a system does when it shuts down; all of it has to be gone. */
async function end(child: ChildProcess, env: NodeJS.ProcessEnv): Promise<void> {
  child.kill('SIGTERM');
  for (let waited = 0; waited < 3 * MINUTE; waited += 200) {
    if (child.exitCode !== null && processesOf(env).length === 0) return;
    await sleep(200);
  }
  const rest = processesOf(env).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
  throw new Error(`Three minutes after SIGTERM these still run:\n${rest.join('\n')}`);
}

/** Those that have the mark of this trial in their environment. */
export function processesOf(env: NodeJS.ProcessEnv): readonly number[] {
  if (env[MARK] === undefined) return [];
  const mark = `${MARK}=${env[MARK]}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
      } catch {
        return false; // It has ended, or is another person's.
      }
    })
    .map(Number);
}
