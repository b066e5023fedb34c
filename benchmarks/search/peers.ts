/**
 * Other people's optimisers, played over JSON lines: a Python process proposes, this side answers,
 * so that functions, tables and unions are written once and are the same to everybody.
 *
 *   to the peer    start {peer, seed, budget, families, objectives, reference, first}, then told
 *                  {values} or costs {values}
 *   from the peer  ask {candidates, ms}, costs {candidates}, skip {reason}
 *
 * A candidate goes as [family, level indices], an inactive dimension's index being -1. Every value
 * is to be minimised: what is to be maximised is negated on its way, and the reference point too.
 * `first` holds the reference students, which our strategies are given as well. A candidate told
 * already is answered from memory and costs no training, up to `REPEATS` times in a row; ours never
 * repeat one.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cornerOf } from '../../src/core/geometry/dominance.ts';
import { split } from '../../src/core/math/rng.ts';
import type { Metrics, Problem } from '../../src/core/objective.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { validateCandidate } from '../../src/core/space/lattice.ts';
import type { Candidate, Level } from '../../src/core/space/space.ts';
import type { Game, Played } from '../../src/core/strategies/replay.ts';
import { peerPython } from '../peers/environment.mjs';
import { filesHash } from './hashes.ts';
import type { Clock } from './records.ts';
import { levelIndices } from './tasks/task.ts';

/** By name: the Python file that holds it. */
export const PEERS: Readonly<Record<string, string>> = {
  'pymoo-nsga2': 'search_pymoo.py',
  'optuna-tpe': 'search_optuna.py',
  'optuna-cmaes': 'search_optuna.py',
  'optuna-nsga2': 'search_optuna.py',
  'optuna-gp': 'search_optuna.py',
  turbo: 'search_turbo.py',
  'botorch-ei': 'search_botorch.py',
  'botorch-ehvi-known': 'search_botorch.py',
};

const REPEATS = 20;
const script = fileURLToPath(new URL('../peers/search.py', import.meta.url));

export const peerHash = (peer: string): string =>
  filesHash(['search.py', PEERS[peer] ?? ''].map((file) => `benchmarks/peers/${file}`));

type Coded = readonly [family: number, indices: readonly number[]];

type Message =
  | { readonly type: 'ready'; readonly version: string }
  | { readonly type: 'ask'; readonly candidates: readonly Coded[]; readonly ms: number }
  | { readonly type: 'costs'; readonly candidates: readonly Coded[] }
  | { readonly type: 'skip'; readonly reason: string };

interface Connection {
  readonly send: (message: unknown) => void;
  readonly receive: () => Promise<Message>;
  readonly close: () => void;
}

let open: { readonly peer: string; readonly clock: Clock; readonly connection: Connection } | undefined;

function connect(peer: string, clock: Clock): Connection {
  const threads = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child: ChildProcess = spawn(peerPython(), [script, peer, clock], {
    env: { ...process.env, ...threads },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  return {
    send: (message) => void child.stdin?.write(`${JSON.stringify(message)}\n`),
    async receive() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${peer} ended early: see its error above`);
      return JSON.parse(value) as Message; // our own program on the other side
    },
    close: () => child.kill(),
  };
}

/** Ends the peer's process, which waits for another game. */
export function closePeer(): void {
  open?.connection.close();
  open = undefined;
}

function encode({ space }: Problem, { family, config }: Candidate): Coded {
  const place = space.families.findIndex(({ name }) => name === family);
  return [place, levelIndices(space.families[place]?.dimensions ?? [], config)];
}

function decode({ space }: Problem, [place, indices]: Coded): Candidate {
  const family = space.families[place];
  const config: Record<string, Level> = {};
  family?.dimensions.forEach(({ name, levels }, i) => {
    const level = levels[indices[i] ?? -1];
    if (level !== undefined) config[name] = level;
  });
  return validateCandidate(space, { family: family?.name ?? '', config });
}

function startMessage({ problem }: Game, seed: number, batch: number): unknown {
  const { space, objectives, reference, budget } = problem;
  const families = space.families.map(({ name, dimensions, pool }) => ({
    name,
    pool: pool !== undefined,
    dimensions: dimensions.map(({ type, levels, activeWhen }) => {
      const by = dimensions.findIndex((dimension) => dimension.name === activeWhen?.dimension);
      const when = activeWhen?.levels.map((level) => dimensions[by]?.levels.indexOf(level)) ?? [];
      return { ordinal: type === 'ordinal', count: levels.length, gate: activeWhen ? [by, when] : null };
    }),
  }));
  const first = space.families.flatMap(({ name, reference: config }) =>
    config ? [encode(problem, { family: name, config })] : [],
  );
  return {
    type: 'start',
    ...{ seed, batch, budget, families, first },
    known: objectives.map(({ known }) => known),
    reference: cornerOf(reference, objectives),
  };
}

export interface PeerOptions {
  readonly peer: string;
  readonly seed: number;
  readonly batch: number;
  readonly clock: Clock;
}

export interface PeerResult {
  readonly version: string;
  readonly curve: readonly number[];
  readonly askMs: readonly number[];
  readonly skipped?: string;
}

async function connectionTo(peer: string, clock: Clock): Promise<Connection> {
  if (open && (open.peer !== peer || open.clock !== clock)) closePeer();
  open ??= { peer, clock, connection: connect(peer, clock) };
  return open.connection;
}

/** One game, in the process that played the last one where it was the same peer's. */
export async function playPeer(game: Game, { peer, seed, batch, clock }: PeerOptions): Promise<PeerResult> {
  const { problem } = game;
  const { send, receive } = await connectionTo(peer, clock);
  send(startMessage(game, seed, batch));
  let version = '';
  const told = new Map<string, Metrics>();
  const played: Played[] = [];
  const askMs: number[] = [];
  let repeats = 0;
  let waited = 0;
  for (;;) {
    const message = await receive();
    if (message.type === 'ready') version = message.version;
    else if (message.type === 'skip') return { version, curve: [], askMs: [], skipped: message.reason };
    else if (message.type === 'costs') {
      const costs = message.candidates.map((coded) => {
        const { family, config } = decode(problem, coded);
        return cornerOf(
          problem.space.families.find(({ name }) => name === family)?.costs(config) ?? {},
          problem.objectives,
        );
      });
      send({ type: 'costs', values: costs });
    } else {
      waited += message.ms;
      const values = message.candidates.map((coded) => {
        const candidate = decode(problem, coded);
        const key = candidateKey(candidate);
        const known = told.get(key);
        if (known && ++repeats <= REPEATS) return known;
        const metrics = known ?? game.answer(candidate, played.length, split(seed, played.length));
        told.set(key, metrics);
        if (played.length < problem.budget) {
          played.push({ candidate, metrics });
          askMs.push(waited);
        }
        [repeats, waited] = [0, 0];
        return metrics;
      });
      const over = played.length >= problem.budget;
      send({ type: 'told', values: values.map((metrics) => cornerOf(metrics, problem.objectives)), over });
      if (over) return { version, curve: game.score(played), askMs };
    }
  }
}
