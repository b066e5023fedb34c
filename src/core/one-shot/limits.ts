/** Limits of students, by the paths that they take. */
import { invalid } from '../errors.ts';
import type { MixingSpace } from './method.ts';
import { byEdge } from './method.ts';

/** A cost that is limited. */
export interface Resource {
  readonly limit: number;
  /** Of what every student has. */
  readonly base: number;
  /** Of each path, `[paths]`. */
  readonly costs: Float64Array;
}

const LIMITED = ['params', 'macs'] as const;

/** Throws `config.invalid` where not even the cheapest path of each edge keeps a limit. */
export function resourcesOf({ levels, limits, costs }: MixingSpace): readonly Resource[] {
  const limited = LIMITED.filter((name) => limits[name] < Infinity);
  if (limited.length === 0) return [];
  const all = costs();
  return limited.map((name) => {
    const [limit, base, paths] = [limits[name], all.base[name], all[name]];
    const least = byEdge(levels, paths).reduce((sum, edge) => sum + Math.min(...edge), base);
    if (!(least <= limit)) {
      const words = `the cheapest student of the network that holds them all has ${least} ${name}, more than ${limit}`;
      throw invalid(`limits.${name}`, `${words}: raise the limit.`);
    }
    return { limit, base, costs: paths };
  });
}

/**
 * Change by change nearer to the limits: of all paths the one that loses the least alpha for what
 * it saves of the excess comes in, until there is none. `start`, and what is given, has a level of
 * each edge. Where no one change helps it is the cheapest of all.
 */
export function swapWithin(
  levels: readonly number[],
  resources: readonly Resource[],
  alpha: Float64Array,
  start: readonly number[],
): readonly number[] {
  const values = byEdge(levels, alpha);
  const excess = excessBy(levels, resources);
  for (let chosen = start, over = excess(start); ; over = excess(chosen)) {
    if (over === 0) return chosen;
    const [from, before] = [chosen, over];
    const swaps = levels.flatMap((count, edge) =>
      Array.from({ length: count }, (_, level) => {
        const next = from.with(edge, level);
        const loss = (values[edge]?.[from[edge] ?? 0] ?? 0) - (values[edge]?.[level] ?? 0);
        return { next, loss, saved: before - excess(next) };
      }),
    );
    const able = swaps.filter(({ saved }) => saved > 0);
    if (able.length === 0) return cheapest(levels, resources);
    chosen = able.reduce((best, one) => (one.loss / one.saved < best.loss / best.saved ? one : best)).next;
  }
}

/** Sum over resources of what a student has too much, as a share of its limit. */
const excessBy =
  (levels: readonly number[], resources: readonly Resource[]) =>
  (chosen: readonly number[]): number =>
    resources.reduce((sum, { limit, base, costs }) => {
      const total = byEdge(levels, costs).reduce((all, edge, at) => all + (edge[chosen[at] ?? 0] ?? 0), base);
      return sum + (total > limit ? (total - limit) / limit : 0);
    }, 0);

function cheapest(levels: readonly number[], resources: readonly Resource[]): readonly number[] {
  const paths = levels.reduce((sum, count) => sum + count, 0);
  const total = Float64Array.from({ length: paths }, (_, path) =>
    resources.reduce((sum, { limit, costs }) => sum + (costs[path] ?? 0) / limit, 0),
  );
  return byEdge(levels, total).map((edge) => edge.indexOf(Math.min(...edge)));
}
