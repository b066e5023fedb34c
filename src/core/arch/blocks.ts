/** Small groups of layers that several families share. */
import type { ActivationKind } from './graph.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';

export interface ConvolutionOptions {
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  /** Absent: the normalised convolution is linear. */
  readonly activation?: ActivationKind;
}

/** Convolution, batch norm and, if asked for, activation: layers `id`, `id.norm` and `id.act`. */
export function normalisedConvolution(g: GraphBuilder, id: string, x: Value, options: ConvolutionOptions): Value {
  const { filters, kernel, stride, activation } = options;
  const features = g.batchNorm(`${id}.norm`, g.conv2d(id, x, { filters, kernel, stride, bias: false }));
  return activation === undefined ? features : g.activation(`${id}.act`, features, activation);
}

/** The same with a depthwise convolution. */
export function normalisedDepthwise(
  g: GraphBuilder,
  id: string,
  x: Value,
  options: Omit<ConvolutionOptions, 'filters'>,
): Value {
  const { kernel, stride, activation } = options;
  const features = g.batchNorm(`${id}.norm`, g.depthwiseConv2d(id, x, { kernel, stride, bias: false }));
  return activation === undefined ? features : g.activation(`${id}.act`, features, activation);
}

export interface SqueezeOptions {
  /** Width of the narrow layer. */
  readonly units: number;
  readonly activation: ActivationKind;
  /** What makes factors of 0 to 1 of the last layer. */
  readonly gate: ActivationKind;
}

/**
 * Squeeze-and-excitation: each channel times a gate that a narrow perceptron computes from the
 * means of all channels. Hu et al., "Squeeze-and-excitation networks" (CVPR 2018). Layers `id.pool`
 * to `id.scale`.
 */
export function squeezeAndExcitation(g: GraphBuilder, id: string, x: Value, options: SqueezeOptions): Value {
  const squeezed = g.dense(`${id}.reduce`, g.globalAveragePool(`${id}.pool`, x), { units: options.units, bias: true });
  const excited = g.activation(`${id}.act`, squeezed, options.activation);
  const gate = g.dense(`${id}.expand`, excited, { units: x.shape[2] ?? 0, bias: true });
  return g.scale(`${id}.scale`, x, g.activation(`${id}.gate`, gate, options.gate));
}

/** Two dense layers over the last axis with a GELU between: layers `id.expand`, `id.act` and
 * `id.project`. */
export function perceptron(g: GraphBuilder, id: string, x: Value, hidden: number, out: number): Value {
  const expanded = g.dense(`${id}.expand`, x, { units: hidden, bias: true });
  return g.dense(`${id}.project`, g.activation(`${id}.act`, expanded, 'gelu'), { units: out, bias: true });
}
