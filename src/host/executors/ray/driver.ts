/** The Python process beside the host that speaks with Ray, and the lines between the two. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { RaySettings } from '../../../bridge/schemas/executor.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import { faultOf, z } from '../../../core/records/zod.ts';
import { killChild } from '../../processes/own-process.ts';

/** A machine that is there answers in a fraction of it. */
const PROBE_MS = 3000;
/** Of an attempt. Ray starts a server for each client, which takes seconds, and says after 40 that
 * it could not. */
const CONNECT_MS = 60_000;
const TAIL_BYTES = 4096;

const id = z.int();
const saidSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('connected'), ray: z.string(), python: z.string() }),
  z.object({ is: z.literal('again'), words: z.string() }),
  z.object({ is: z.literal('refused'), words: z.string() }),
  z.object({ is: z.literal('described'), cluster: z.unknown() }),
  z.object({ is: z.literal('waiting'), id, words: z.string() }),
  z.object({ is: z.literal('opened'), id, node: z.string(), machine: z.string() }),
  z.object({ is: z.literal('carrying'), id }),
  z.object({ is: z.literal('line'), id, line: z.unknown() }),
  z.object({ is: z.literal('gone'), id, words: z.string(), code: z.string().nullable() }),
]);

type Said = z.infer<typeof saidSchema>;
/** Of one trainer. */
export type TrainerSaid = Extract<Said, { id: number }>;

export interface DriverOptions {
  readonly python: string;
  readonly driver: string;
}

export interface Driver {
  readonly versions: { readonly ray: string; readonly python: string };
  send(order: object): void;
  /** Resolves, never rejects, with how it ended. */
  readonly gone: Promise<string>;
  close(): Promise<void>;
}

interface Started {
  readonly send: (order: object) => void;
  readonly gone: Promise<string>;
  readonly kill: () => void;
  readonly end: () => void;
}

function start({ python, driver }: DriverOptions, order: object, hear: (said: Said) => void): Started {
  // Ray's usage reports go nowhere without asking.
  const env = { RAY_USAGE_STATS_ENABLED: '0', ...process.env, PYTHONUNBUFFERED: '1' };
  const child = spawn(python, ['-s', driver, JSON.stringify(order)], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let kept = Buffer.alloc(0);
  child.stderr.on('data', (chunk: Buffer) => (kept = Buffer.concat([kept, chunk]).subarray(-TAIL_BYTES)));
  child.stdin.on('error', () => undefined); // it ended: `exit` tells
  createInterface(child.stdout).on('line', (line) => {
    try {
      hear(saidSchema.parse(JSON.parse(line)));
    } catch (error) {
      // Another program, or another version of ours: nothing more of it is believed.
      kept = Buffer.from(`It said what our driver does not say: ${faultOf(error)}`);
      killChild(child);
    }
  });
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${python} could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      const last = kept.toString('utf8').trim();
      resolve(`it ended with ${signal ?? `code ${code}`}${last === '' ? '' : `. Its last words:\n${last}`}`);
    });
  });
  return {
    send: (order) => void child.stdin.write(`${JSON.stringify(order)}\n`),
    gone,
    kill: () => killChild(child),
    end: () => child.stdin.end(),
  };
}

export interface Hears {
  readonly hear: (said: TrainerSaid) => void;
  /** What takes longer than it should. */
  readonly waits: (words: string) => void;
}

/** Throws `backend.missing` where the cluster does not answer, in words, or `signal.reason`. */
export async function openDriver(
  options: DriverOptions,
  { address }: Pick<RaySettings, 'address'>,
  { hear, waits }: Hears,
  signal: AbortSignal,
): Promise<Driver> {
  const { own, answer } = await begin<Driver['versions']>(
    options,
    { do: 'serve', address },
    (said, resolve) => {
      if (said.is === 'connected') resolve({ ray: said.ray, python: said.python });
      else if (said.is === 'again') waits(said.words);
      else if ('id' in said) hear(said);
    },
    signal,
  );
  const close = async (): Promise<void> => {
    own.end();
    const late = setTimeout(own.kill, PROBE_MS);
    await own.gone;
    clearTimeout(late);
  };
  return { versions: answer, send: own.send, gone: own.gone, close };
}

/** What the cluster has. Throws as `openDriver`. */
export async function describeCluster(
  options: DriverOptions,
  { address, program }: Pick<RaySettings, 'address' | 'program'>,
  signal: AbortSignal | undefined,
): Promise<{ readonly versions: Driver['versions']; readonly cluster: unknown }> {
  let versions: Driver['versions'] = { ray: '', python: '' };
  const { own, answer } = await begin<{ readonly cluster: unknown }>(
    options,
    { do: 'describe', address, program },
    (said, resolve) => {
      if (said.is === 'connected') versions = { ray: said.ray, python: said.python };
      else if (said.is === 'described') resolve({ cluster: said.cluster });
    },
    signal,
  );
  own.kill();
  return { versions, ...answer };
}

/** A driver, and what `hear` takes for its answer. */
async function begin<T>(
  options: DriverOptions,
  order: { readonly do: string; readonly address: string; readonly program?: string | undefined },
  hear: (said: Said, resolve: (answer: T) => void) => void,
  signal: AbortSignal | undefined,
): Promise<{ readonly own: Started; readonly answer: T }> {
  const { address } = order;
  await probe(address);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const refuse = (why: string): void => reject(unreachable(address, why));
  const own = start(options, order, (said) => {
    if (said.is === 'refused') refuse(said.words);
    if (said.is === 'again') late.refresh();
    hear(said, resolve);
  });
  const late = setTimeout(() => refuse(`it gave no answer for ${CONNECT_MS / 1000} s`), CONNECT_MS);
  const stop = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  void own.gone.then((how) => refuse(`Python with Ray did not run: ${how}`));
  // Somebody has to wait for it in any case: a rejection that nobody hears ends the host.
  if (signal?.aborted) stop();
  try {
    return { own, answer: await promise };
  } catch (error) {
    own.kill();
    throw error;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', stop);
  }
}

/** Ray itself takes half a minute to find out that nobody is there. */
function probe(address: string): Promise<void> {
  const { hostname, port } = new URL(address.startsWith('ray://') ? address : `ray://${address}`);
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(port), timeout: PROBE_MS });
    const refuse = (why: string): void => {
      socket.destroy();
      reject(unreachable(address, why));
    };
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => refuse(`nothing answered for ${PROBE_MS / 1000} s`));
    socket.once('error', ({ message }) => refuse(message));
  });
}

function unreachable(address: string, why: string): WorkbenchError {
  const advice = 'See that Ray runs there (ray start --head), and that its port can be reached from here.';
  return new WorkbenchError('backend.missing', `No cluster of Ray answers at ${address}: ${why}. ${advice}`);
}
