import { describe, expect, it } from 'vitest';
import { costOf, inferShapes, layerCosts, weightSpecs } from '../../../src/core/arch/cost.ts';
import type { ArchitectureGraph, Layer } from '../../../src/core/arch/graph.ts';
import { graphBuilder } from '../../../src/core/arch/graph-builder.ts';

function residual(): ArchitectureGraph {
  const g = graphBuilder('test', [4, 4, 2], 3);
  const conv = g.conv2d('conv', g.input, { filters: 2, kernel: 3, stride: 1, bias: true });
  const act = g.activation('act', conv, 'relu');
  return g.finish(g.globalAveragePool('pool', g.add('add', g.input, act)));
}

function graphOf(layers: readonly Layer[]): ArchitectureGraph {
  return { family: 'test', inputShape: [4, 4, 2], classes: 2, layers };
}

const INPUT: Layer = { id: 'input', layer: { op: 'input' }, inputs: [] };
const POOL: Layer = { id: 'pool', layer: { op: 'globalAveragePool' }, inputs: ['input'] };

describe('costOf', () => {
  it('sums what the layers cost', () => {
    // conv 3*3*2*2 + 2, classifier 2*3 + 3; conv over 16 pixels, classifier over one vector
    expect(costOf(residual())).toMatchObject({ params: 38 + 9, macs: 16 * 36 + 6 });
  });

  it('keeps a shortcut alive until its last reader', () => {
    // At `act`, input, conv and act are alive (3 maps of 32 numbers); at `add` input, act and add
    // are.
    expect(costOf(residual()).peakActivationBytes).toBe(4 * 3 * 32);
    const g = graphBuilder('test', [4, 4, 2], 3);
    const conv = g.conv2d('conv', g.input, { filters: 2, kernel: 3, stride: 1, bias: true });
    const chain = g.finish(g.globalAveragePool('pool', g.activation('act', conv, 'relu')));
    expect(costOf(chain).peakActivationBytes).toBe(4 * 2 * 32);
  });

  it('counts what attention holds while it computes', () => {
    const g = graphBuilder('test', [2, 2, 4], 3);
    const graph = g.finish(g.meanTokens('mean', g.attention('attention', g.tokens('tokens', g.input), { heads: 2 })));
    // tokens and output (16 numbers each), queries, keys, values (48), scores of two heads (2 * 4 *
    // 4)
    expect(costOf(graph).peakActivationBytes).toBe(4 * (16 + 16 + 48 + 32));
    const r = graphBuilder('test', [2, 2, 4], 3);
    const relative = r.attention('attention', r.tokens('tokens', r.input), { heads: 2, grid: [2, 2] });
    // and the biases of those scores
    expect(costOf(r.finish(r.meanTokens('mean', relative))).peakActivationBytes).toBe(4 * (16 + 16 + 48 + 32 + 32));
  });
});

describe('layerCosts', () => {
  it('gives one row a layer, and rows add up to the whole', () => {
    const rows = layerCosts(residual());
    expect(rows.map((row) => row.id)).toEqual(['input', 'conv', 'act', 'add', 'pool', 'classifier']);
    expect(rows.reduce((sum, row) => sum + row.macs, 0)).toBe(costOf(residual()).macs);
    expect(rows[1]).toMatchObject({ inputShapes: [[4, 4, 2]], shape: [4, 4, 2], params: 38, activationBytes: 128 });
  });
});

describe('weightSpecs', () => {
  it('names every tensor by its layer, once', () => {
    const names = weightSpecs(residual()).map((weight) => weight.name);
    expect(names).toEqual(['conv/kernel', 'conv/bias', 'classifier/kernel', 'classifier/bias']);
  });
});

describe('inferShapes', () => {
  it.each<readonly [string, readonly Layer[], string]>([
    ['an id used twice', [INPUT, POOL, POOL], 'two layers are called "pool"'],
    ['a reader before its input', [INPUT, { ...POOL, inputs: ['later'] }], 'reads "later"'],
    ['no input layer', [POOL], 'the first layer, and no other, is the input'],
    ['a second input layer', [INPUT, { ...INPUT, id: 'again' }], 'the first layer, and no other, is the input'],
    ['an input that reads', [{ ...INPUT, inputs: ['pool'] }, POOL], 'reads other layers'],
    ['an end that is no vector of logits', [INPUT], 'not in logits [2]'],
    ['nothing at all', [], 'nothing'],
  ])('refuses %s', (_what, layers, message) => {
    expect(() => inferShapes(graphOf(layers))).toThrow(message);
  });

  it('accepts the smallest sound graph', () => {
    expect(inferShapes(graphOf([INPUT, POOL])).get('pool')).toEqual([2]);
  });
});
