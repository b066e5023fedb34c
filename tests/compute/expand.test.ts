/** Conceptual expansion: new filters are combinations of known ones, searched by forward passes. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import type { Configuration } from '../../src/core/space/space.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { initialWeights, layoutOf } from '../../src/compute/model/parameters.ts';
import type { HostWeights } from '../../src/compute/model/parameters.ts';
import { expand } from '../../src/compute/training/warm-start/expand.ts';
import type { Climb } from '../../src/compute/training/warm-start/expand.ts';
import type { Parent } from '../../src/compute/training/warm-start/inherit.ts';
import { logitsOf, trained } from './support/warm-parents.ts';

beforeAll(async () => void (await loadBackend()));

const RESNET = { width1: 4, blocks1: 1, width2: 8, blocks2: 1, blocks3: 1, width3: 16 };
const build = (config: Configuration, classes = 10): ArchitectureGraph =>
  studentFamily('resnet', { inputShape: [28, 28, 1], classes }).build(config);

/** How far logits are from others: a loss that a combination can make smaller. */
const distance = (logits: Float32Array, wished: Float32Array): number =>
  logits.reduce((sum, logit, index) => sum + (logit - (wished[index] ?? 0)) ** 2, 0);

interface Made extends Climb {
  readonly losses: readonly number[];
}

async function climbed(
  graph: ArchitectureGraph,
  parents: readonly Parent[],
  { tries = 30, seed = 5, lossOf }: { tries?: number; seed?: number; lossOf?: (weights: HostWeights) => number } = {},
): Promise<Made> {
  const losses: number[] = [];
  const wished = new Float32Array(100);
  const measure = lossOf ?? ((weights) => distance(logitsOf(graph, weights), wished));
  const climb = await expand({ graph, fresh: initialWeights(layoutOf(graph), 9) }, parents, seed, {
    tries,
    beforeTry: () => Promise.resolve(),
    lossOf: (weights) => {
      losses.push(measure(weights));
      return losses.at(-1) ?? NaN;
    },
  });
  return { ...climb, losses };
}

const column = (weights: HostWeights, name: string, filters: number, filter: number): readonly number[] =>
  [...(weights.get(name) ?? [])].filter((_, index) => index % filters === filter);

describe('a climb', () => {
  const parent = trained(build(RESNET), 1);
  const wider = build({ ...RESNET, width2: 16 });

  it('begins with the function of the parent, and ends with the least loss it has seen', async () => {
    const expected = distance(logitsOf(parent.graph, parent.weights), new Float32Array(100));
    const { before, after, losses, weights, filters } = await climbed(wider, [parent]);
    expect(before / expected).toBeCloseTo(1, 3);
    expect(after).toBeLessThan(before);
    expect(after).toBe(Math.min(...losses));
    // The weights are those of that loss: a try that failed is taken back.
    expect(distance(logitsOf(wider, weights), new Float32Array(100))).toBe(after);
    // Eight new ones in each of conv1, conv2 and shortcut.
    expect(filters).toBe(24);
  });

  it('leaves known filters as they are, and makes new ones of two of them, norm and all', async () => {
    const { weights } = await climbed(wider, [parent], { tries: 60 });
    const known = (filter: number): readonly number[] =>
      column(parent.weights, 'stage2.block1.conv1/kernel', 8, filter);
    const own = (filter: number): readonly number[] => column(weights, 'stage2.block1.conv1/kernel', 16, filter);
    expect(own(6)).toEqual(known(3));
    const fits = [1, 3, 5, 7, 9, 11, 13, 15].map((filter) =>
      fitOf(
        own(filter),
        Array.from({ length: 8 }, (_, i) => known(i)),
      ),
    );
    // Bug caught: columns of the wrong filter or of the child's own drawing.
    for (const { rest } of fits) expect(rest).toBeLessThan(1e-6);
    expect(fits.some(({ terms }) => terms === 2)).toBe(true);
  });

  it('hangs on the seed alone', async () => {
    const [first, again, other] = await Promise.all([5, 5, 6].map((seed) => climbed(wider, [parent], { seed })));
    expect(again).toEqual(first);
    expect(other?.losses).not.toEqual(first?.losses);
  });

  it('tries nothing where nothing is new, and is not led by a loss that is no number', async () => {
    const same = await climbed(parent.graph, [parent]);
    expect([same.filters, same.losses.length]).toEqual([0, 1]);
    expect(same.weights).toEqual(parent.weights);
    let looks = 0;
    const odd = await climbed(wider, [parent], { lossOf: () => (looks++ === 0 ? 1 : NaN) });
    expect([odd.before, odd.after]).toEqual([1, 1]);
  });

  it('takes filters of every parent', async () => {
    const other = trained(build({ ...RESNET, width2: 12 }), 2);
    const { weights } = await climbed(wider, [parent, other], { tries: 200 });
    const of = (one: Parent, filters: number): (readonly number[])[] =>
      Array.from({ length: filters }, (_, filter) =>
        column(one.weights, 'stage2.block1.conv1/kernel', filters, filter),
      );
    const own = [1, 3, 5, 7, 9, 11, 13, 15].map((filter) => column(weights, 'stage2.block1.conv1/kernel', 16, filter));
    const bank = [...of(parent, 8), ...of(other, 12)];
    expect(own.every((filter) => fitOf(filter, bank).rest < 1e-6)).toBe(true);
    expect(own.some((filter) => fitOf(filter, of(parent, 8)).rest > 1e-6)).toBe(true);
  });

  it('makes every class of another list of classes of known ones', async () => {
    const three = build(RESNET, 3);
    const { weights, filters, after, before } = await climbed(three, [parent]);
    expect(filters).toBe(3);
    expect(after).toBeLessThan(before);
    const bank = Array.from({ length: 10 }, (_, unit) => column(parent.weights, 'classifier/kernel', 10, unit));
    for (const unit of [0, 1, 2])
      expect(fitOf(column(weights, 'classifier/kernel', 3, unit), bank).rest).toBeLessThan(1e-6);
  });

  it('ends with the error of whoever stops it', async () => {
    const stop = (done: number): Promise<void> =>
      done === 2 ? Promise.reject(new Error('stopped')) : Promise.resolve();
    const child = { graph: wider, fresh: initialWeights(layoutOf(wider), 9) };
    await expect(expand(child, [parent], 1, { tries: 9, beforeTry: stop, lossOf: () => 1 })).rejects.toThrow('stopped');
  });
});

/** The best combination of one or two of a bank's, by least squares: squares that are left, and how
 * many it takes. */
function fitOf(wished: readonly number[], bank: readonly (readonly number[])[]): { rest: number; terms: number } {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const [whole, fits] = [dot(wished, wished), bank.map((one) => dot(wished, one))];
  let [single, double] = [Infinity, Infinity];
  bank.forEach((a, i) => {
    const [aa, wa] = [dot(a, a), fits[i] ?? 0];
    single = Math.min(single, whole - wa ** 2 / aa);
    bank.slice(i + 1).forEach((b, j) => {
      const [bb, ab, wb] = [dot(b, b), dot(a, b), fits[i + 1 + j] ?? 0];
      const [x, y] = [wa * bb - wb * ab, wb * aa - wa * ab].map((value) => value / (aa * bb - ab ** 2));
      double = Math.min(double, whole - (x ?? 0) * wa - (y ?? 0) * wb);
    });
  });
  return { rest: Math.min(single, double), terms: single < 1e-6 ? 1 : 2 };
}
