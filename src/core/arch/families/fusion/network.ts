/**
 * The network of a student of fusions over steps `[t]`: an embedding of each modality that is read,
 * `[t,w]`; the layers, each `[t,w]`; a recurrent layer of u units; its last step.
 *
 * | operation    | of sources a and b                                     | weights         |
 * | add          | a + b                                                  |                 |
 * | first-gated  | a σ(G b), and second-gated b σ(G a)                    | w w + w         |
 * | concat       | D [a b]                                                | 2 w w + w       |
 * | attention    | two heads over all steps of D [a b]                    | 6 w w + 5 w     |
 */
import type { Modality } from '../../../records/example.ts';
import type { ArchitectureGraph } from '../../graph.ts';
import { graphBuilder } from '../../graph-builder.ts';
import type { GraphBuilder, Value } from '../../graph-builder.ts';
import type { StudentTask } from '../student-family.ts';
import type { FusionLayer, FusionOp, FusionSource } from './code.ts';

export interface FusionNetwork {
  readonly modalities: readonly Modality[];
  /** Of embeddings and of layers. */
  readonly width: number;
  /** Of the recurrent layer. */
  readonly units: number;
  /** None: the first modality alone goes into the recurrent layer. */
  readonly layers: readonly FusionLayer[];
}

/** Heads of an attention. */
const FUSION_HEADS = 2;

export function fusionStudent(task: StudentTask, network: FusionNetwork): ArchitectureGraph {
  const { modalities, width, units, layers } = network;
  const g = graphBuilder('fusion', task.inputShape, task.classes);
  const sources = new Map<FusionSource, Value>();
  const read = new Set(layers.flatMap((layer) => layer.sources));
  for (const { name, channel, bytes, values } of modalities) {
    if (layers.length > 0 && !read.has(name)) continue;
    sources.set(name, g.embed(`embed.${name}`, g.input, { channel, bytes, values, units: width }));
  }
  let last = [...sources.values()][0] ?? g.input;
  for (const [at, { sources: names, op, activation }] of layers.entries()) {
    const [a, b] = names.map((name) => sources.get(name) ?? last);
    const id = `fusion${at + 1}`;
    last = g.activation(`${id}.act`, FUSIONS[op](g, id, a ?? last, b ?? last, width), activation);
    sources.set(at + 1, last);
  }
  return g.finish(g.lastToken('last', g.gru('gru', last, { units })));
}

type Fusion = (g: GraphBuilder, id: string, a: Value, b: Value, width: number) => Value;

const gated = (g: GraphBuilder, id: string, x: Value, by: Value, units: number): Value =>
  g.multiply(`${id}.gated`, x, g.activation(`${id}.gate`, g.dense(`${id}.mix`, by, { units, bias: true }), 'sigmoid'));

const joined: Fusion = (g, id, a, b, units) =>
  g.dense(`${id}.join`, g.concat(`${id}.concat`, a, b), { units, bias: true });

const FUSIONS: Readonly<Record<FusionOp, Fusion>> = {
  add: (g, id, a, b) => g.add(`${id}.add`, a, b),
  'first-gated': (g, id, a, b, width) => gated(g, id, a, b, width),
  'second-gated': (g, id, a, b, width) => gated(g, id, b, a, width),
  concat: joined,
  attention: (g, id, a, b, width) =>
    g.attention(`${id}.attention`, joined(g, id, a, b, width), { heads: FUSION_HEADS }),
};
