/** Layers computed in one pass give what they give one by one, and are joined exactly where that is
 * sound. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { studentFamily, familyNamesFor } from '../../src/core/arch/families/registry.ts';
import { graphBuilder } from '../../src/core/arch/graph-builder.ts';
import type { GraphBuilder, Value } from '../../src/core/arch/graph-builder.ts';
import type { ActivationKind, ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { lossAndGradients } from '../../src/compute/backend/gradient.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { fuse } from '../../src/compute/model/fusion.ts';
import { crossEntropy } from '../../src/compute/losses/soft-targets.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { unflatten, uploadWeights } from '../../src/compute/model/parameters.ts';
import { distance, gaussian } from './support/native-tensors.ts';
import { randomNetwork } from './support/random-network.ts';

beforeAll(async () => void (await loadBackend()));

interface Sample {
  readonly body: (g: GraphBuilder) => Value;
  /** Passes of more than one layer: first layer, then the shortcut, the activation and the
   * output. */
  readonly passes: readonly string[];
  readonly visible?: readonly string[];
}

const conv = (g: GraphBuilder, id: string, x: Value): Value =>
  g.conv2d(id, x, { filters: 4, kernel: 3, stride: 1, bias: false });
const norm = (g: GraphBuilder, id: string, x: Value): Value => g.batchNorm(`${id}.norm`, conv(g, `${id}.conv`, x));

/** A stem, then a branch and its shortcut, then an activation. */
function residual(kind: ActivationKind, reversed = false): (g: GraphBuilder) => Value {
  return (g) => {
    const stem = g.activation('stem', norm(g, 'a', g.input), 'relu');
    const branch = norm(g, 'b', stem);
    return g.activation('end', reversed ? g.add('sum', stem, branch) : g.add('sum', branch, stem), kind);
  };
}

/** A projection beside the branch: two norms are added. */
function projected(kind: ActivationKind): (g: GraphBuilder) => Value {
  return (g) => g.activation('end', g.add('sum', norm(g, 'a', g.input), norm(g, 'b', g.input)), kind);
}

const STEM = 'a.norm + - > relu = stem';
const SAMPLES: Readonly<Record<string, Sample>> = {
  'a residual block': { body: residual('relu'), passes: [STEM, 'b.norm + stem > relu = end'] },
  'a residual block, shortcut first': { body: residual('relu6', true), passes: [STEM, 'b.norm + stem > relu6 = end'] },
  'two norms that are added': { body: projected('relu'), passes: ['b.norm + a.norm > relu = end'] },
  'two norms that are added, the earlier one second': {
    body: (g) => {
      const [first, second] = [norm(g, 'a', g.input), norm(g, 'b', g.input)];
      return g.activation('end', g.add('sum', second, first), 'relu');
    },
    passes: ['b.norm + a.norm > relu = end'],
  },
  // The slope of hard-swish is computed from x alone, which does not know the shortcut.
  'hard-swish after a sum': { body: residual('hardSwish'), passes: [STEM, 'b.norm + stem > none = sum'] },
  'gelu after a sum of two norms': { body: projected('gelu'), passes: ['b.norm + a.norm > none = sum'] },
  'hard-swish after a norm': {
    body: (g) => g.activation('end', norm(g, 'a', g.input), 'hardSwish'),
    passes: ['a.norm + - > hardSwish = end'],
  },
  'tanh after a norm': { body: (g) => g.activation('end', norm(g, 'a', g.input), 'tanh'), passes: [] },
  'a norm that is read twice': {
    body: (g) => {
      const shared = norm(g, 'a', g.input);
      return g.add('sum', shared, g.activation('end', shared, 'relu'));
    },
    passes: [],
  },
  'a norm that is added to itself': {
    body: (g) => {
      const shared = norm(g, 'a', g.input);
      return g.activation('end', g.add('sum', shared, shared), 'relu');
    },
    passes: [],
  },
  'a sum that is read twice': {
    body: (g) => {
      const sum = g.add('sum', conv(g, 'a', g.input), norm(g, 'b', g.input));
      return g.add('both', g.activation('end', sum, 'relu'), sum);
    },
    passes: ['b.norm + a > none = sum'],
  },
  'a sum of three': {
    body: (g) => {
      const sum = g.add('sum', norm(g, 'a', g.input), norm(g, 'b', g.input), norm(g, 'c', g.input));
      return g.activation('end', sum, 'relu');
    },
    passes: [],
  },
  // The other term is an activation that ends an earlier norm's pass, but stands behind this norm
  // in the graph.
  'a shortcut that is there only later': {
    body: (g) => {
      const [late, early] = [norm(g, 'a', g.input), norm(g, 'b', g.input)];
      return g.activation('end', g.add('sum', early, g.activation('late', late, 'relu')), 'relu');
    },
    passes: ['a.norm + - > relu = late'],
  },
  'two blocks, the second on the first': {
    body: (g) => {
      const first = residual('relu')(g);
      return g.activation('last', g.add('sum2', norm(g, 'c', first), first), 'relu');
    },
    passes: [STEM, 'b.norm + stem > relu = end', 'c.norm + end > relu = last'],
  },
  'an inner layer that is looked at': {
    body: residual('relu'),
    visible: ['b.norm'],
    passes: [STEM],
  },
  'a sum that is looked at': {
    body: residual('relu'),
    visible: ['sum'],
    passes: [STEM, 'b.norm + stem > none = sum'],
  },
  'a stem before its activation that is looked at': {
    body: residual('relu'),
    visible: ['a.norm', 'end'],
    passes: ['b.norm + stem > relu = end'],
  },
  'linear layers with activations': {
    body: (g) => {
      const a = g.activation('a', g.conv2d('conv', g.input, { filters: 4, kernel: 3, stride: 1, bias: true }), 'swish');
      const b = g.activation('b', g.depthwiseConv2d('mixed', a, { kernel: 3, stride: 1, bias: true }), 'relu6');
      return g.activation('c', g.dense('wide', g.tokens('tokens', b), { units: 5, bias: true }), 'gelu');
    },
    passes: ['conv + - > swish = a', 'mixed + - > relu6 = b', 'wide + - > gelu = c'],
  },
  'a convolution before a sum': {
    body: (g) => g.activation('end', g.add('sum', conv(g, 'a', g.input), conv(g, 'b', g.input)), 'relu'),
    passes: [],
  },
};

function graphOf({ body }: Sample): ArchitectureGraph {
  const g = graphBuilder('probe', [5, 5, 3], 3);
  const x = body(g);
  return g.finish(x.shape.length === 3 ? g.globalAveragePool('pool', x) : g.meanTokens('pool', x));
}

function joinedPasses(graph: ArchitectureGraph, visible: readonly string[]): string[] {
  return fuse(graph, new Set(visible)).flatMap(({ layer, shortcut = '-', activation, output }) =>
    output === layer.id ? [] : [`${layer.id} + ${shortcut} > ${activation} = ${output}`],
  );
}

describe('fuse', () => {
  it.each(Object.entries(SAMPLES))('joins what it may of %s, and no more', (_name, sample) => {
    expect(joinedPasses(graphOf(sample), sample.visible ?? [])).toEqual(sample.passes);
  });

  it.each(Object.entries(SAMPLES))('leaves each layer of %s to itself when all are looked at', (_name, sample) => {
    const graph = graphOf(sample);
    const ids = graph.layers.map(({ id }) => id);
    expect(fuse(graph, new Set(ids)).map(({ output }) => output)).toEqual(ids);
  });

  /** Follows a pass from layer to layer by who reads whom; fails where the graph has no such
   * way. */
  function checkPasses(graph: ArchitectureGraph, visible: ReadonlySet<string>): void {
    const ready = new Set<string>();
    const computed: string[] = [];
    for (const { layer, shortcut, activation, output } of fuse(graph, visible)) {
      for (const input of [...layer.inputs, ...(shortcut === undefined ? [] : [shortcut])]) {
        expect(ready, `before ${layer.id}`).toContain(input);
      }
      computed.push(layer.id);
      let at = layer;
      while (at.id !== output) {
        const readers = graph.layers.filter(({ inputs }) => inputs.includes(at.id));
        expect(readers.length, `readers of ${at.id}`).toBe(1);
        expect(visible).not.toContain(at.id);
        const [reader] = readers;
        if (reader === undefined) break;
        if (reader.layer.op === 'activation') expect(reader.layer.kind).toBe(activation);
        else expect([reader.layer.op, ...reader.inputs].sort()).toEqual(['add', at.id, shortcut].sort());
        computed.push(reader.id);
        at = reader;
      }
      ready.add(output);
    }
    expect(computed.sort()).toEqual(graph.layers.map(({ id }) => id).sort());
  }

  it('finds every pass its inputs, and computes each layer once, in all samples', () => {
    for (const sample of Object.values(SAMPLES)) checkPasses(graphOf(sample), new Set(sample.visible));
  });

  it.each(familyNamesFor({}))('does so in %s, whichever layers are looked at', (name) => {
    const family = studentFamily(name, { inputShape: [32, 32, 3], classes: 10 });
    const graph = family.build(family.reference);
    expect(fuse(graph, new Set()).length).toBeLessThan(graph.layers.length);
    for (const step of [0, 1, 2, 3, 5]) {
      const looked = graph.layers.filter((_, index) => step > 0 && index % step === 0);
      checkPasses(graph, new Set(looked.map(({ id }) => id)));
    }
  });
});

/** Loss, gradients, running statistics and what the layers looked at give; some outlive a tidy. */
function trainedOnce(graph: ArchitectureGraph, looked: readonly string[]): ReadonlyMap<string, Tensor> {
  const model = createModel(graph);
  const { theta, statistics } = uploadWeights(model.layout, randomNetwork(graph).weights);
  const images = gaussian([4, ...graph.inputShape], 6) as Tensor4D; // as its shape
  const targets = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 0], 'int32'), 3), 'float32') as Tensor2D; // one row each
  const results = new Map<string, Tensor>();
  const { value, gradients } = lossAndGradients(
    (weights) => [
      model.forward(
        images,
        weights,
        statistics,
        (layer, { mean, variance }) => {
          results.set(`${layer} mean`, mean).set(`${layer} variance`, variance);
        },
        { layers: looked, give: (layer, output) => results.set(layer, tf.keep(tf.clone(output))) },
      ),
    ],
    ([logits]) => crossEntropy(logits as Tensor2D, targets),
    unflatten(model.layout, theta),
    [],
  );
  gradients.forEach((gradient, index) =>
    results.set(`gradient ${model.layout.trainable[index]?.name ?? ''}`, gradient),
  );
  const judged = model.forward(images, unflatten(model.layout, theta), statistics);
  return results.set('loss', value).set('judged', judged);
}

describe('a network with joined layers', () => {
  it.each(Object.entries(SAMPLES))(
    'computes %s as one layer after the other would, and its gradients',
    (_name, sample) => {
      tf.tidy(() => {
        const graph = graphOf(sample);
        const fused = trainedOnce(graph, sample.visible ?? []);
        const plain = trainedOnce(
          graph,
          graph.layers.map(({ id }) => id),
        );
        // Nothing is compared with nothing.
        expect([...fused.values()].filter((tensor) => tf.max(tf.abs(tensor)).dataSync()[0] === 0).length).toBe(0);
        for (const [name, tensor] of fused) {
          expect(distance(tensor, plain.get(name) ?? tf.scalar(0)), name).toBeLessThan(1e-5);
        }
        expect(sample.visible?.every((layer) => fused.has(layer))).not.toBe(false);
        tf.dispose([...fused.values(), ...plain.values()]);
      });
    },
  );
});
