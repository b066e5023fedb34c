/** Generators that each agent builds, by the product's own command line: at equal cells trained,
 * the least FD-c of a finished one. */
import { join } from 'node:path';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { AGENTS } from '../../../src/core/generator/row.ts';
import type { AgentName } from '../../../src/core/generator/row.ts';
import { INTERRUPTED, recordOf, runTrade } from '../by-product.ts';
import type { RunTrade, Unknown } from '../by-product.ts';

/** Fixed before anything was played; a change here is another study. */
export const GENERATORS = { seeds: 3, episodes: 24, cells: 2, images: 1000, epochs: 12 } as const;

export interface GeneratorOrder {
  readonly id: string;
  readonly agent: AgentName;
  readonly seed: number;
}

export interface GeneratorsRow extends GeneratorOrder {
  readonly kind: 'generators';
  /** Trained. */
  readonly cells: number;
  /** Of each finished generator, in their order. */
  readonly isc: readonly number[];
  readonly fdc: readonly number[];
}

/** Seed by seed: what is there at any time is paired. */
export const generatorOrders = (seeds: number): readonly GeneratorOrder[] =>
  Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    AGENTS.map((agent) => ({ id: `generators/${agent}/${seed}`, agent, seed })),
  );

/** Plays a study to its end, or goes on with it. `undefined`: a person stopped it. Throws
 * `internal` where it does not end well. */
export async function playGenerators(
  order: GeneratorOrder,
  work: string,
  run: RunTrade = runTrade,
): Promise<GeneratorsRow | undefined> {
  const { agent, seed } = order;
  const { episodes, cells, images, epochs } = GENERATORS;
  const numbers = Object.entries({ episodes, cells, images, epochs, seed });
  const { code, last } = await run([
    ...['study', 'gan', '--agent', agent, '--out', join(work, `${agent}-${seed}`)],
    ...numbers.flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...['--workspace', join(work, 'workspace'), '--json'],
  ]);
  if (code === INTERRUPTED) return undefined;
  if (code !== 0) throw new WorkbenchError('internal', `The study ${order.id} ended with ${code}.`);
  return rowOf(order, recordOf(recordOf(last)['study']));
}

function rowOf(order: GeneratorOrder, { cells, generators }: Unknown): GeneratorsRow {
  const finished = Array.isArray(generators) ? generators.map(recordOf) : [];
  const numbers = (key: string): readonly number[] => finished.map((one) => Number(Number(one[key]).toFixed(5)));
  return { ...order, kind: 'generators', cells: Number(cells), isc: numbers('score'), fdc: numbers('distance') };
}

/** Of one agent, by seed. */
export interface AgentFigures {
  /** The least of all its finished generators. */
  readonly fdc: readonly number[];
  /** IS-c of those. */
  readonly isc: readonly number[];
  /** Trained for each. */
  readonly cells: number;
}

/** Of the agents of which something is recorded. */
export function generatorFigures(rows: readonly GeneratorsRow[]): Readonly<Partial<Record<AgentName, AgentFigures>>> {
  return Object.fromEntries(
    AGENTS.flatMap((agent) => {
      const own = rows.filter((row) => row.agent === agent).sort((a, b) => a.seed - b.seed);
      const [first] = own;
      if (first === undefined) return [];
      const best = own.map(({ isc, fdc }) => {
        const at = fdc.indexOf(Math.min(...fdc));
        return { isc: isc[at] ?? NaN, fdc: fdc[at] ?? NaN };
      });
      const figures = { fdc: best.map(({ fdc }) => fdc), isc: best.map(({ isc }) => isc), cells: first.cells };
      return [[agent, figures] as const];
    }),
  );
}
