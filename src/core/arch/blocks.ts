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

export interface InvertedResidualOptions {
  readonly kernel: number;
  /** Channels inside; those of its input: the block does not expand. */
  readonly expanded: number;
  readonly width: number;
  readonly stride: number;
  readonly activation: ActivationKind;
  /** Absent: it has none. */
  readonly squeeze?: SqueezeOptions;
}

/** Expand, depthwise, squeeze and excite, linear projection; a shortcut where the shape stays.
 * Sandler et al., "Inverted residuals and linear bottlenecks" (CVPR 2018). */
export function invertedResidual(g: GraphBuilder, id: string, x: Value, options: InvertedResidualOptions): Value {
  const { kernel, width, stride, activation, squeeze } = options;
  const channels = x.shape[2] ?? 0;
  const wide = { filters: options.expanded, kernel: 1, stride: 1, activation };
  const expanded = options.expanded === channels ? x : normalisedConvolution(g, `${id}.expand`, x, wide);
  const depthwise = normalisedDepthwise(g, `${id}.depthwise`, expanded, { kernel, stride, activation });
  const gated = squeeze ? squeezeAndExcitation(g, `${id}.squeeze`, depthwise, squeeze) : depthwise;
  const projected = normalisedConvolution(g, `${id}.project`, gated, { filters: width, kernel: 1, stride: 1 });
  return stride === 1 && channels === width ? g.add(`${id}.add`, x, projected) : projected;
}

/** Two dense layers over the last axis with a GELU between: layers `id.expand`, `id.act` and
 * `id.project`. */
export function perceptron(g: GraphBuilder, id: string, x: Value, hidden: number, out: number): Value {
  const expanded = g.dense(`${id}.expand`, x, { units: hidden, bias: true });
  return g.dense(`${id}.project`, g.activation(`${id}.act`, expanded, 'gelu'), { units: out, bias: true });
}
